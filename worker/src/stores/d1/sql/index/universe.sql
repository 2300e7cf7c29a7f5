select id, issuer from securities where ticker in (select value from json_each(?1)) order by id

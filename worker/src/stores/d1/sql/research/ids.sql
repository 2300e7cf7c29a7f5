select id, ticker from securities where ticker in (select value from json_each(?1)) and version is not null

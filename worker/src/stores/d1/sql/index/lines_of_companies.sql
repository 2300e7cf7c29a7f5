-- The lines of the issuers that have several (?1: among these securities only, or null).
select s.id, s.issuer
from securities s
where s.issuer in (select issuer from securities where issuer is not null and version is not null
                   group by issuer having count(*) > 1)
  and (?1 is null or s.id in (select value from json_each(?1)))
order by s.id

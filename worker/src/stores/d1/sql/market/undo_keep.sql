-- What publication ?3 wrote stays readable as what was known until now.
insert into {table}_past (security_id, {day}, until_version, {values}, version)
select t.security_id, t.{day}, (select version + 1 from data_versions where scope = 'all'), {stored}, t.version
from publications p
cross join json_each(p.securities) e
cross join {table} t on t.security_id = e.value
where p.version = ?3 and t.version = ?3

insert into securities_past (id, until_version, {values}, version)
select t.id, (select version + 1 from data_versions where scope = 'all'), {stored}, t.version
from publications p
cross join json_each(p.securities) e
cross join securities t on t.id = e.value
where p.version = ?3 and t.version = ?3

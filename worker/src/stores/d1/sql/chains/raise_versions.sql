insert into data_versions (scope, version)
select distinct 'chains:' || (value ->> 'underlying'), (select version + 1 from data_versions where scope = 'all')
from json_each(?1)
-- Without a condition SQLite takes `on conflict` for that of a join.
where true
on conflict (scope) do update set version = excluded.version

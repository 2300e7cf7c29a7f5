-- Writes the staged rows that change {table}.
insert into {table} (security_id, {day}, {values}, version)
select i.security_id, i.{day}, {staged}, (select version + 1 from data_versions where scope = 'all')
from incoming i
where exists (select 1 from changed_days c where c.batch = ?1 and c.kind = '{table}')
on conflict (security_id, {day}) do update
set {assignments}, version = excluded.version
where ({bare}) is not ({excluded})

-- Writes the staged rows that change {table}, in the order of its key: a large file in another order would otherwise write to
-- another page with each row.
insert into {table} (security_id, {day}, {values}, version)
select i.security_id, i.{day}, {staged}, (select version + 1 from data_versions where scope = 'all')
from (select 1 where exists (select 1 from changed_days c where c.batch = ?1 and c.kind = '{table}')) changing
cross join incoming i
where true
order by i.security_id, i.{day}
on conflict (security_id, {day}) do update
set {assignments}, version = excluded.version
where ({bare}) is not ({excluded})

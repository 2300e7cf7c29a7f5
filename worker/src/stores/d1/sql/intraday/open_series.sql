-- A number for each series that batch ?1 is the first to bring.
insert into bar_series (security_id, interval_minutes, source, id)
select k.security_id, k.interval_minutes, k.source, (select coalesce(max(id), 0) from bar_series) + row_number() over ()
from (
  select distinct r.value->>0 as security_id, r.value->>1 as interval_minutes, b.source
  from batches b
  cross join staging s on s.batch = b.id
  cross join json_each(s.rows) r
  where b.id = ?1 and s.kind = 'intraday_bars'
) k
where not exists (
  select 1 from bar_series q
  where q.security_id = k.security_id and q.interval_minutes = k.interval_minutes and q.source = k.source)

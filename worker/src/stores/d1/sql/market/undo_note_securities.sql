insert into changed_days (batch, kind, day, inserted, changed)
select ?1, 'securities', day, 0, count(*)
from (
  select coalesce(t.delist_day, 0) as day
  from publications p
  cross join json_each(p.securities) e
  cross join securities t on t.id = e.value
  where p.version = ?3 and t.version = ?3
)
group by day

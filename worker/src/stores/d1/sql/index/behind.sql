select min(day) as first, max(day) as last
from (
  select s.day
  from sessions s
  where s.day >= coalesce((select min(b.day) from index_sessions b where b.index_id = ?1), -100000)
    and not exists (select 1 from index_sessions b where b.index_id = ?1 and b.day = s.day)
    and exists (select 1 from market_caps c where c.day = s.day)
  union all
  select day from index_sessions where index_id = ?1 and outdated = 1
)

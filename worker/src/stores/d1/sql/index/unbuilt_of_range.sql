-- Sessions between the first and the last built one of the range that hold data but are not built.
select s.day
from sessions s
where s.day between (select min(b.day) from index_sessions b where b.index_id = ?1 and b.day >= coalesce(?2, -100000))
                and (select max(b.day) from index_sessions b where b.index_id = ?1 and b.day <= coalesce(?3, 100000))
  and not exists (select 1 from index_sessions b where b.index_id = ?1 and b.day = s.day)
  and exists (select 1 from market_caps c where c.day = s.day)
order by s.day

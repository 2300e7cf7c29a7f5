-- The series of ticker ?1 whose bars are of ?2 minutes: of source ?3 where it is not null, else of source ?4 before any other. Each is
-- looked up by its whole key, so this costs a row or two.
select q.id, q.source
from securities x
cross join bar_series q on q.security_id = x.id and q.interval_minutes = ?2
where x.ticker = ?1 and (?3 is null or q.source = ?3)
  and (q.source = ?4 or not exists (
    select 1 from bar_series o
    where o.security_id = x.id and o.interval_minutes = ?2 and o.source = ?4 and (?3 is null or o.source = ?3)))
order by q.source
limit 1

-- The series of ticker ?1 of which a bar of ?2 minutes can be made, the best first: one that holds a bar from ?3 to ?4, of the
-- source that is asked for (?5) or preferred (?6), of the greatest length.
select q.id, q.source, q.interval_minutes
from securities x
cross join bar_series q on q.security_id = x.id
where x.ticker = ?1 and cast(?2 as integer) % q.interval_minutes = 0 and (?5 is null or q.source = ?5)
order by exists (select 1 from intraday_bars b where b.series_id = q.id and b.t between ?3 and ?4) desc,
         q.source = ?6 desc, q.interval_minutes desc, q.source
limit 1

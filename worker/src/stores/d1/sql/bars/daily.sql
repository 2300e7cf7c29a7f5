-- The sessions of ticker ?1 from day ?2 to day ?3, at most ?4.
select b.day as t, b.day, b.open, b.high, b.low, b.close, b.volume, b.version
from securities x
cross join daily_bars b on b.security_id = x.id
where x.ticker = ?1 and b.day between ?2 and ?3
order by b.day {order}
limit ?4

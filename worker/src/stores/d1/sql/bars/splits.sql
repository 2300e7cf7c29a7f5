-- The splits of ticker ?1 that prices are restated for.
select a.ex_day, a.ratio, null as amount, null as close_before
from securities x
cross join splits_in_force a on a.security_id = x.id
where x.ticker = ?1

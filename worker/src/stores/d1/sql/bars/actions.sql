-- What ticker ?1 did that prices are restated for; dividends only with ?2.
select a.ex_day, a.ratio, null as amount, null as close_before
from securities x
cross join splits_in_force a on a.security_id = x.id
where x.ticker = ?1
union all
select d.ex_day, null, d.amount, (
  select b.close from daily_bars b where b.security_id = d.security_id and b.day < d.ex_day order by b.day desc limit 1)
from securities x
cross join dividends d on d.security_id = x.id
where x.ticker = ?1 and ?2 = 1

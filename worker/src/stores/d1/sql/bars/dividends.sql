-- Its dividends, each with the raw close of the session before.
union all
select d.ex_day, null, d.amount, (
  select b.close from daily_bars b where b.security_id = d.security_id and b.day < d.ex_day order by b.day desc limit 1)
from securities x
cross join dividends d on d.security_id = x.id
where x.ticker = ?1

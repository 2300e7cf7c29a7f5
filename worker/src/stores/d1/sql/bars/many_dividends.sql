-- Their dividends, each with the raw close of the session before.
union all
select d.security_id, d.ex_day, null, d.amount, (
  select b.close from daily_bars b where b.security_id = d.security_id and b.day < d.ex_day order by b.day desc limit 1)
from json_each(?1) e
cross join securities x on x.ticker = e.value
cross join dividends d on d.security_id = x.id

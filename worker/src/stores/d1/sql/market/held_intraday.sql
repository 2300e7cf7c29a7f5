-- Which tickers of the JSON array ?1 have bars of ?2 minutes from source ?3 on which days, from instant ?4 to ?5.
select distinct x.ticker, b.day
from json_each(?1) e
cross join securities x on x.ticker = e.value
cross join bar_series q on q.security_id = x.id and q.interval_minutes = ?2 and q.source = ?3
cross join intraday_bars b on b.series_id = q.id and b.t between ?4 and ?5

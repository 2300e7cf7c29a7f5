-- Every bar of session ?1, by ticker: two rows read for each security, whatever else is stored.
select x.ticker, b.open, b.high, b.low, b.close, b.volume, b.version
from securities x
cross join daily_bars b on b.security_id = x.id and b.day = ?1
order by x.ticker

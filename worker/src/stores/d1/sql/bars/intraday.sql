-- Bars of one stored length as they are. ?1 ticker, ?2 minutes, ?3 source or null, ?4 source that is preferred, ?5 and ?6 the
-- first and last start, ?7 how many, ?8 whether only of the regular session.
with chosen as (
  select q.id, q.source
  from securities x
  cross join bar_series q on q.security_id = x.id
  where x.ticker = ?1 and q.interval_minutes = ?2 and (?3 is null or q.source = ?3)
  order by q.source = ?4 desc, q.source
  limit 1
)
select b.t, b.day, b.open, b.high, b.low, b.close, b.volume, b.vwap, b.trades, b.extended, c.source
from chosen c
cross join intraday_bars b on b.series_id = c.id
where b.t between ?5 and ?6 and (?8 = 0 or b.extended = 0)
order by b.t {order}
limit ?7

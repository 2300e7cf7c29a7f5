-- Bars of one stored length as they are. ?1 ticker, ?2 minutes, ?3 source or null, ?4 source that is preferred, ?5 and ?6 the
-- first and last start, ?7 how many, ?8 whether only of the regular session. Every lookup before the bars is of a whole key, so
-- the bars come in order and reading ends with the last one wanted.
select b.t, b.day, b.open, b.high, b.low, b.close, b.volume, b.vwap, b.trades, b.extended, c.source, c.id as series
from securities x
cross join bar_series c
  on c.security_id = x.id and c.interval_minutes = ?2
  and c.source = coalesce(
    ?3,
    (select q.source from bar_series q where q.security_id = x.id and q.interval_minutes = ?2 and q.source = ?4),
    (select min(q.source) from bar_series q where q.security_id = x.id and q.interval_minutes = ?2))
cross join intraday_bars b on b.series_id = c.id
where x.ticker = ?1 and b.t between ?5 and ?6 and (?8 = 0 or b.extended = 0)
order by b.t {order}
limit ?7

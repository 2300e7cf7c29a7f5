-- Bars of series ?1 as they are. ?2 and ?3 the first and last start, ?4 how many, ?5 whether only of the regular session.
select t, day, open, high, low, close, volume, vwap, trades, extended
from intraday_bars
where series_id = ?1 and t between ?2 and ?3 and (?5 = 0 or extended = 0)
order by t {order}
limit ?4

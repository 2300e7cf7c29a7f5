-- The bars of series ?1 from ?2 to ?3; with ?4 only those of the regular session.
with held as materialized (
  select t, day, minute, open, high, low, close, volume, vwap, trades, extended
  from intraday_bars
  where series_id = ?1 and t between ?2 and ?3 and (?4 = 0 or extended = 0)
  order by t {order}
  limit {rows}
),

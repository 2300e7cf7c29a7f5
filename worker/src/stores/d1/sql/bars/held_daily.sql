-- The sessions of security ?1 from day ?2 to day ?3.
with held as materialized (
  select day as t, day, 0 as minute, open, high, low, close, volume, null as vwap, null as trades, 0 as extended
  from daily_bars
  where security_id = ?1 and day between ?2 and ?3 and ?4 is not null{source}
  order by t {order}
  limit {rows}
),

-- The staged bars of batch ?1 that lie within a session, typed, each with its series.
with incoming as (
  select q.id as series_id, r.value->>2 as t, r.value->>3 as day, r.value->>4 as minute, r.value->>5 as extended,
         r.value->>6 as open, r.value->>7 as high, r.value->>8 as low, r.value->>9 as close,
         r.value->>10 as volume, r.value->>11 as vwap, r.value->>12 as trades
  from batches b
  cross join staging s on s.batch = b.id
  cross join json_each(s.rows) r
  cross join bar_series q
    on q.security_id = r.value->>0 and q.interval_minutes = r.value->>1 and q.source = b.source
  where b.id = ?1 and s.kind = 'intraday_bars'
)

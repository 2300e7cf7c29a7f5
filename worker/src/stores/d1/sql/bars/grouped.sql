-- Longer bars out of the rows `held`: one for each bucket, and for each side of a day on which prices are restated.
groups as (
  select {bucket} as bucket, {segment} as segment, min(t) as first_t, max(t) as last_t, min(day) as day,
         min(minute) as minute, max(high) as high, min(low) as low, sum(volume) as volume,
         case when count(*) = 1 then max(vwap) when count(*) = count(volume) and sum(volume > 0 and vwap is null) = 0
              then sum(vwap * volume) / nullif(sum(volume), 0) end as vwap,
         sum(trades) as trades, min(extended) as extended
  from held
  group by 1, 2
  order by 1 {order}, 2 {order}
  limit ?5
)
select g.first_t as t, g.day, g.minute, f.open, g.high, g.low, l.close, g.volume, g.vwap, g.trades, g.extended
from groups g
cross join held f on f.t = g.first_t
cross join held l on l.t = g.last_t
order by g.bucket {order}, g.segment {order}

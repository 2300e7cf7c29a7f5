-- Bars of several series or securities, ?5 of each. ?1 JSON array of [number, days on which prices are restated, whether the
-- stored bars are answered as they are], ?2 and ?3 the first and last start, ?4 whether only of the regular session. Of each
-- no more rows are looked at than a page of it can be made of.
with wanted as materialized (
  select w.value->>0 as id, w.value->'$[1]' as cuts, w.value->>2 as as_stored,
         coalesce((
           select b.{at} from {table} b
           where b.{key} = w.value->>0 and b.{at} between ?2 and ?3{regular}
           order by b.{at} {order} limit 1 offset {rows}), {end}) as last_at
  from json_each(?1) w
),
held as materialized (
  select w.id, b.{at} as t, b.day, {minute} as minute, b.open, b.high, b.low, b.close, b.volume, {extra},
         case when w.as_stored then b.{at} else {bucket} end as bucket,
         case w.cuts when '[]' then 0 else (select count(*) from json_each(w.cuts) c where c.value <= b.day) end as segment
  from wanted w
  cross join {table} b on b.{key} = w.id and b.{at} between {between}{regular}
),
groups as (
  select id, bucket, segment, min(t) as first_t, max(t) as last_t, min(day) as day, min(minute) as minute, max(high) as high,
         min(low) as low, sum(volume) as volume,
         case when count(*) = 1 then max(vwap) when count(*) = count(volume) and sum(volume > 0 and vwap is null) = 0
              then sum(vwap * volume) / nullif(sum(volume), 0) end as vwap,
         sum(trades) as trades, min(extended) as extended,
         row_number() over (partition by id order by bucket {order}, segment {order}) as place
  from held
  group by id, bucket, segment
)
select g.id, g.first_t as t, g.day, g.minute, f.open, g.high, g.low, l.close, g.volume, g.vwap, g.trades, g.extended
from groups g
cross join held f on f.id = g.id and f.t = g.first_t
cross join held l on l.id = g.id and l.t = g.last_t
where g.place <= ?5 and ?4 is not null
order by g.id, g.place

-- The ranking of each given session, every line for itself. The index holds the ranking in order, so that a session reads just
-- the lines wanted, whether the market has 150 or 8 000 companies. They come as one JSON array a session, whose keys are the
-- places: a window function would read every line three times.
listed as materialized (
  select d.value as day, (
    select json_group_array(json_array(l.security_id, l.cap, l.close))
    from (
      select c.security_id, c.cap, c.close
      from market_caps c indexed by market_caps_ranking
      where c.day = d.value
      order by c.cap desc, c.ticker
      limit ?2 + ?8) l) as list
  from json_each(?1) d
),
ranked as (
  select l.day, p.value->>0 as security_id, p.value->>1 as cap, p.value->>2 as close, p.key + 1 as place,
         min(?2, json_array_length(l.list)) as places
  from listed l
  cross join json_each(l.list) p
)

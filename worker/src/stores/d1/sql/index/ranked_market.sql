-- The ranking of each given session, every line for itself. The index holds the ranking in order, so that a session reads just
-- the lines wanted, whether the market has 150 or 8 000 companies. They come as one JSON array of securities a session, whose keys
-- are the places: a window function would read every line three times. Their caps and closes are looked up again, because writing
-- and reading them as text costs three times as much.
listed as materialized (
  select d.value as day, (
    select json_group_array(l.security_id)
    from (
      select c.security_id
      from market_caps c indexed by market_caps_ranking
      where c.day = d.value
      order by c.cap desc, c.ticker
      limit ?2 + ?8) l) as list
  from json_each(?1) d
),
placed as materialized (
  select day, list, min(?2, json_array_length(list)) as places from listed
),
ranked as (
  select l.day, c.security_id, c.cap, c.close, p.key + 1 as place, l.places
  from placed l
  cross join json_each(l.list) p
  cross join market_caps c on c.day = l.day and c.security_id = p.value
)

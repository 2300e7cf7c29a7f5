-- The ranking of each given session with repaired market caps, every line for itself. As many more lines than are wanted are read
-- in order as are repaired on any day, and those that are repaired take the places of their repaired caps.
listed as materialized (
  select d.value as day, (
    select json_group_array(json_array(l.security_id, l.cap, l.close))
    from (
      select a.security_id, a.cap, a.close
      from (
        select f.security_id, f.cap, f.close, f.ticker
        from (
          select c.security_id, c.cap, c.close, c.ticker
          from main.market_caps c indexed by market_caps_ranking
          where c.day = d.value
          order by c.cap desc, c.ticker
          limit ?2 + ?8 + (select coalesce(max(r.n), 0) from (select count(*) as n from repaired group by day) r)) f
        where f.security_id not in (select r.security_id from repaired r where r.day = d.value)
        union all
        select r.security_id, r.cap, b.close, s.ticker
        from repaired r
        cross join daily_bars b on b.security_id = r.security_id and b.day = r.day
        cross join securities s on s.id = r.security_id
        where r.day = d.value) a
      order by a.cap desc, a.ticker
      limit ?2 + ?8) l) as list
  from json_each(?1) d
),
placed as materialized (
  select day, list, min(?2, json_array_length(list)) as places from listed
),
ranked as (
  select l.day, p.value->>0 as security_id, p.value->>1 as cap, p.value->>2 as close, p.key + 1 as place, l.places
  from placed l
  cross join json_each(l.list) p
)

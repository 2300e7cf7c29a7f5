-- The ranking of each given session among given securities only (?9, JSON array of their ids).
ranked as (
  select c.day, c.security_id, c.cap, c.close, min(?2, count(*) over (partition by c.day)) as places,
         row_number() over (partition by c.day order by c.cap desc, c.ticker) as place
  from json_each(?1) d
  cross join json_each(?9) u
  cross join market_caps c on c.day = d.value and c.security_id = u.value
)

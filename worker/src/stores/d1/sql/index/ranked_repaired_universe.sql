-- The ranking of each given session with repaired market caps, among given securities only (?9, JSON array of their ids).
candidates as (
  select c.day, c.security_id, c.cap, c.close, c.ticker
  from json_each(?1) d
  cross join json_each(?9) u
  cross join market_caps c on c.day = d.value and c.security_id = u.value
  union all
  select r.day, r.security_id, r.cap, r.close, r.ticker
  from unreported r
  where r.day in (select value from json_each(?1)) and r.security_id in (select value from json_each(?9))
),
ranked as (
  select day, security_id, cap, close, min(?2, count(*) over (partition by day)) as places,
         row_number() over (partition by day order by cap desc, ticker) as place
  from candidates
)

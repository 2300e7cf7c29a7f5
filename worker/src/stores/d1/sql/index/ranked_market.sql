-- The ranking of each given session, every line for itself.
-- The cut is the cap at the last place: from it upwards the index holds just the lines wanted (and ties at the cut), so a
-- session costs the same whether the market has 150 or 8 000 companies. Without a cut fewer than wanted are eligible.
days as materialized (
  select value as day from json_each(?1)
),
cuts as materialized (
  select d.day,
         (select c.cap from market_caps c where c.day = d.day order by c.cap desc limit 1 offset ?2 + ?8 - 1) as cap
  from days d
),
filled as materialized (
  select k.day, k.cap,
         case when k.cap is null then min(?2, (select count(*) from market_caps c where c.day = k.day)) else ?2 end as places
  from cuts k
),
ranked as (
  select c.day, c.security_id, c.cap, c.close, k.places,
         row_number() over (partition by c.day order by c.cap desc, c.ticker) as place
  from filled k
  cross join market_caps c indexed by market_caps_ranking on c.day = k.day and c.cap >= coalesce(k.cap, 0)
),

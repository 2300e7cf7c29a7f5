-- Where each security asked for stood in the ranking by line (?9: among these securities only, or null).
found as (
  select a.day, a.security_id, c.cap,
         (select 1 + count(*) from market_caps o
          where o.day = a.day and o.cap >= c.cap and (o.cap > c.cap or o.ticker < c.ticker)
            and (?9 is null or o.security_id in (select value from json_each(?9)))) as place
  from asked a
  join market_caps c on c.day = a.day and c.security_id = a.security_id
)

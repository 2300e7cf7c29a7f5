-- Where each security asked for stood in the ranking by company (?9: among these securities only, or null).
own as (
  select a.day, a.security_id, m.ticker,
         coalesce((select c.cap from companies c where c.day = a.day and c.security_id = a.security_id and c.line = 1),
                  m.cap) as cap
  from asked a
  join market_caps m on m.day = a.day and m.security_id = a.security_id
),
found as (
  select w.day, w.security_id, w.cap,
         (select 1 + count(*) from market_caps o
          where o.day = w.day and o.cap >= w.cap and (o.cap > w.cap or o.ticker < w.ticker)
            and o.security_id not in (select id from several)
            and (?9 is null or o.security_id in (select value from json_each(?9))))
         + (select count(*) from companies c
            where c.day = w.day and c.line = 1 and c.security_id <> w.security_id
              and c.cap >= w.cap and (c.cap > w.cap or c.ticker < w.ticker)) as place
  from own w
)

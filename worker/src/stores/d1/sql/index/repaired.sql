-- Market caps in which what is wrong is repaired: ?12 is a JSON array of [day, security, cap]. A statement behind this that names
-- the table reads them; nothing stored is touched. One that was never delivered has no row there to be repaired: a union with the
-- table could be looked up by no index, so that each ranking takes those from unreported.
repaired as materialized (
  select value->>0 as day, value->>1 as security_id, value->>2 as cap from json_each(?12)
),
unreported as materialized (
  select r.day, r.security_id, s.ticker, b.close, r.cap
  from repaired r
  cross join daily_bars b on b.security_id = r.security_id and b.day = r.day
  cross join securities s on s.id = r.security_id
  where not exists (select 1 from main.market_caps c where c.day = r.day and c.security_id = r.security_id)
),
market_caps as not materialized (
  select c.day, c.security_id, c.ticker, c.close, c.basis,
         coalesce((select r.cap from repaired r where r.day = c.day and r.security_id = c.security_id), c.cap) as cap
  from main.market_caps c
)

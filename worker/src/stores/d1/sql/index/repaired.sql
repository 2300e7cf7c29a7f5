-- Market caps in which what is wrong is repaired: ?12 is a JSON array of [day, security, cap]. A statement behind this that names
-- the table reads them; nothing stored is touched.
repaired as materialized (
  select value->>0 as day, value->>1 as security_id, value->>2 as cap from json_each(?12)
),
market_caps as not materialized (
  select c.day, c.security_id, c.ticker, c.close, c.basis,
         coalesce((select r.cap from repaired r where r.day = c.day and r.security_id = c.security_id), c.cap) as cap
  from main.market_caps c
)

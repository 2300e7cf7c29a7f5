-- Another future: every price, market cap, split and dividend dated ?13 or later is multiplied by a number from 0.5 to 2, drawn from
-- the security, the day and ?14. A statement that names these tables behind this reads the copies; nothing stored is touched.
daily_bars as not materialized (
  select security_id, day, open, high, low, volume, adj_close, version,
         close * iif(day >= ?13, 0.5 + abs((security_id * 7919 + day * 104729 + ?14 * 1299709) % 1000) / 666.0, 1) as close
  from main.daily_bars
),
market_caps as not materialized (
  select day, security_id, ticker, basis,
         close * iif(day >= ?13, 0.5 + abs((security_id * 7919 + day * 104729 + ?14 * 1299709) % 1000) / 666.0, 1) as close,
         cap * iif(day >= ?13, 0.5 + abs((security_id * 6091 + day * 15485863 + ?14 * 32452843) % 1000) / 666.0, 1) as cap
  from main.market_caps
),
splits_in_force as not materialized (
  select security_id, ex_day, implied,
         ratio * iif(ex_day >= ?13, 0.5 + abs((security_id * 7919 + ex_day * 1299709 + ?14) % 1000) / 666.0, 1) as ratio
  from main.splits_in_force
),
dividends as not materialized (
  select security_id, ex_day, version,
         amount * iif(ex_day >= ?13, 0.5 + abs((security_id * 7919 + ex_day * 1299709 + ?14) % 1000) / 666.0, 1) as amount
  from main.dividends
)

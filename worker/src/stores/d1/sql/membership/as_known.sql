-- What was known at data version ?14 of the days in ?13 (JSON array) and the securities in ?15 (likewise, or null for everybody). A value
-- that a later version replaced is found among the past ones; derived tables know no past, so the market caps are made here again: the
-- source's own, else the close times the share count known by then, restated for splits. A statement that names these tables behind this
-- reads what was known. Each step carries along what the next one needs, so that nothing is looked up twice.
looked_at as materialized (
  select value as day from json_each(?13)
),
daily_bars as materialized (
  select b.security_id, b.day, b.open, b.high, b.low, b.close, b.adj_close, b.volume, b.version
  from main.securities s
  cross join looked_at d
  cross join main.daily_bars b on b.security_id = s.id and b.day = d.day
  where b.version <= ?14 and (?15 is null or s.id in (select value from json_each(?15)))
  union all
  select b.security_id, b.day, b.open, b.high, b.low, b.close, b.adj_close, b.volume, b.version
  from main.securities s
  cross join looked_at d
  cross join main.daily_bars_past b on b.security_id = s.id and b.day = d.day
  where b.version <= ?14 and b.until_version > ?14 and (?15 is null or s.id in (select value from json_each(?15)))
),
counts as materialized (
  select security_id, as_of, shares from main.shares where version <= ?14
  union all
  select security_id, as_of, shares from main.shares_past where version <= ?14 and until_version > ?14
),
-- A split that no source records is seen in the closes themselves.
splits_in_force as materialized (
  select security_id, ex_day, ratio, 0 as implied from main.splits where version <= ?14
  union all
  select security_id, ex_day, ratio, 0 from main.splits_past where version <= ?14 and until_version > ?14
  union all
  select security_id, ex_day, ratio, 1 from main.splits_in_force where implied = 1
),
said as materialized (
  select b.security_id, b.day, b.close, coalesce(
           (select r.cap from main.reported_caps r
            where r.security_id = b.security_id and r.day = b.day and r.version <= ?14),
           (select r.cap from main.reported_caps_past r
            where r.security_id = b.security_id and r.day = b.day and r.version <= ?14 and r.until_version > ?14)) as cap
  from daily_bars b
),
-- The latest count published by the session; before the first one, that one stands in.
based as materialized (
  select b.security_id, b.day, b.close, b.cap, case when b.cap is null then coalesce(
           (select max(c.as_of) from counts c where c.security_id = b.security_id and c.as_of <= b.day),
           (select min(c.as_of) from counts c where c.security_id = b.security_id)) end as as_of
  from said b
),
counted as materialized (
  select b.security_id, b.day, b.close, b.cap, b.as_of,
         c.shares * coalesce((
           select round(exp(sum(case when x.ex_day > b.as_of then ln(x.ratio) else -ln(x.ratio) end)), 12)
           from splits_in_force x
           where x.security_id = b.security_id
             and ((x.ex_day > b.as_of and x.ex_day <= b.day) or (x.ex_day <= b.as_of and x.ex_day > b.day))
         ), 1) as shares
  from based b
  left join counts c on c.security_id = b.security_id and c.as_of = b.as_of
),
market_caps as materialized (
  select b.day, b.security_id, s.ticker, b.close, coalesce(b.cap, b.close * b.shares) as cap,
         case when b.cap is not null then 0 when b.as_of <= b.day then 1 else 2 end as basis
  from counted b
  cross join main.securities s on s.id = b.security_id
  where coalesce(s.kind, 'CS') = 'CS' and coalesce(b.cap, b.close * b.shares, 0) > 0
)

-- The ranking of each given session by company: several lines of one issuer (?11) count once, as in companies_of_day. Merging
-- loses at most as many places of the ranking by line as there are such lines, so that many more are looked at.
lines as (
  select d.value as day, v.value->>1 as issuer, c.security_id, c.cap, c.close, c.ticker, coalesce(c.close * b.volume, 0) as traded
  from json_each(?1) d
  cross join json_each(?11) v
  cross join market_caps c on c.day = d.value and c.security_id = v.value->>0
  left join daily_bars b on b.security_id = c.security_id and b.day = d.value
{unreported_lines}
),
companies as (
  select day, security_id, close, ticker, {company_cap} as cap,
         row_number() over (partition by day, issuer order by traded desc, ticker) as line
  from lines
  window company as (partition by day, issuer)
),
cuts as materialized (
  select d.value as day,
         (select c.cap from market_caps c where c.day = d.value order by c.cap desc
          limit 1 offset ?2 + ?8 + json_array_length(?11) - 1) as cap
  from json_each(?1) d
),
candidates as (
  select c.day, c.security_id, c.cap, c.close, c.ticker
  from cuts k
  cross join market_caps c indexed by market_caps_ranking on c.day = k.day and c.cap >= coalesce(k.cap, 0)
  where ?9 is null and c.security_id not in (select value->>0 from json_each(?11))
  union all
  select c.day, c.security_id, c.cap, c.close, c.ticker
  from json_each(?1) d
  cross join json_each(?9) u
  cross join market_caps c on c.day = d.value and c.security_id = u.value
  where c.security_id not in (select value->>0 from json_each(?11))
  union all
  select day, security_id, cap, close, ticker from companies where line = 1
{unreported_candidates}
),
ranked as (
  select day, security_id, cap, close, min(?2, count(*) over (partition by day)) as places,
         row_number() over (partition by day order by cap desc, ticker) as place
  from candidates
)

-- The ranking of each given session by company: several lines of one issuer count once (?9: only these securities, or null).
-- Their cap is the sum of the lines, unless the lines agree within 1 % in cap or in implied share count: then the source
-- reports the whole company on each line, and the largest line's cap is taken. The most liquid line stands for the company.
-- Merging loses at most as many places of the ranking by line as there are such lines, so that many more are looked at.
days as materialized (
  select value as day from json_each(?1)
),
several as materialized (
  select s.id, s.issuer
  from securities s
  where s.issuer in (select issuer from securities where issuer is not null and version is not null
                     group by issuer having count(*) > 1)
    and (?9 is null or s.id in (select value from json_each(?9)))
),
lines as (
  select d.day, v.issuer, c.security_id, c.cap, c.close, c.ticker, coalesce(c.close * b.volume, 0) as traded
  from days d
  cross join several v
  cross join market_caps c on c.day = d.day and c.security_id = v.id
  left join daily_bars b on b.security_id = c.security_id and b.day = d.day
),
companies as (
  select day, security_id, close, ticker,
         case when max(cap) over company < 1.01 * min(cap) over company
                or max(cap / close) over company < 1.01 * min(cap / close) over company
              then max(cap) over company
              else sum(cap) over company end as cap,
         row_number() over (partition by day, issuer order by traded desc, ticker) as line
  from lines
  window company as (partition by day, issuer)
),
cuts as materialized (
  select d.day,
         (select c.cap from market_caps c where c.day = d.day order by c.cap desc
          limit 1 offset ?2 + ?8 + (select count(*) from several) - 1) as cap
  from days d
),
candidates as (
  select c.day, c.security_id, c.cap, c.close, c.ticker
  from cuts k
  cross join market_caps c indexed by market_caps_ranking on c.day = k.day and c.cap >= coalesce(k.cap, 0)
  where ?9 is null and c.security_id not in (select id from several)
  union all
  select c.day, c.security_id, c.cap, c.close, c.ticker
  from days d
  cross join json_each(?9) u
  cross join market_caps c on c.day = d.day and c.security_id = u.value
  where c.security_id not in (select id from several)
  union all
  select day, security_id, cap, close, ticker from companies where line = 1
),
ranked as (
  select day, security_id, cap, close, min(?2, count(*) over (partition by day)) as places,
         row_number() over (partition by day order by cap desc, ticker) as place
  from candidates
),

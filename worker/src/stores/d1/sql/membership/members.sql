-- Who can be chosen at the close of ?1 by what was stored at data version ?2: the first ?3, among the securities in ?4 (JSON array, or null
-- for everybody); ?5: also those without a market cap. A value that a later version replaced is found among the past ones; derived tables know no past, so the market caps are
-- made here again: the source's own, else the close times the share count known by then, restated for splits.
with
bars as (
  select b.security_id, b.close
  from securities s
  cross join daily_bars b on b.security_id = s.id and b.day = ?1
  where b.version <= ?2
  union all
  select b.security_id, b.close
  from securities s
  cross join daily_bars_past b on b.security_id = s.id and b.day = ?1
  where b.version <= ?2 and b.until_version > ?2
),
reported as (
  select r.security_id, r.cap, r.version
  from bars b
  cross join reported_caps r on r.security_id = b.security_id and r.day = ?1
  where r.version <= ?2
  union all
  select r.security_id, r.cap, r.version
  from bars b
  cross join reported_caps_past r on r.security_id = b.security_id and r.day = ?1
  where r.version <= ?2 and r.until_version > ?2
),
counts as (
  select security_id, as_of, shares, version from shares where version <= ?2
  union all
  select security_id, as_of, shares, version from shares_past where version <= ?2 and until_version > ?2
),
-- The latest count published by the session; before the first one, that one stands in.
based as (
  select b.security_id, coalesce(max(c.as_of) filter (where c.as_of <= ?1), min(c.as_of)) as as_of
  from bars b
  cross join counts c on c.security_id = b.security_id
  group by b.security_id
),
known_splits as (
  select security_id, ex_day, ratio from splits where version <= ?2
  union all
  select security_id, ex_day, ratio from splits_past where version <= ?2 and until_version > ?2
  union all
  -- A split that no source records is seen in the closes themselves.
  select security_id, ex_day, ratio from splits_in_force where implied = 1
),
counted as (
  select b.security_id, b.as_of, c.version,
         c.shares * coalesce((
           select round(exp(sum(case when x.ex_day > b.as_of then ln(x.ratio) else -ln(x.ratio) end)), 12)
           from known_splits x
           where x.security_id = b.security_id
             and ((x.ex_day > b.as_of and x.ex_day <= ?1) or (x.ex_day <= b.as_of and x.ex_day > ?1))
         ), 1) as shares
  from based b
  cross join counts c on c.security_id = b.security_id and c.as_of = b.as_of
)
select s.id, s.ticker, s.name, s.sector, b.close, coalesce(r.cap, b.close * c.shares, 0) as cap,
       case when r.cap is not null then 'reported' when c.as_of <= ?1 then 'shares' else 'assumed' end as basis,
       case when r.cap is null then c.shares end as shares, case when r.cap is null then c.as_of end as as_of,
       coalesce(r.version, c.version) as version,
       (select p.source from publications p where p.version = coalesce(r.version, c.version)) as source,
       (select p.at from publications p where p.version = coalesce(r.version, c.version)) as stored_at
from bars b
join securities s on s.id = b.security_id
left join reported r on r.security_id = b.security_id
left join counted c on c.security_id = b.security_id
where coalesce(s.kind, 'CS') = 'CS' and (?5 or coalesce(r.cap, b.close * c.shares, 0) > 0)
  and (?4 is null or s.id in (select value from json_each(?4)))
order by 6 desc, s.ticker
limit ?3

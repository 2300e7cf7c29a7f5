-- The securities whose splits or share counts batch ?1 has changed, and their kind or symbol: whatever is derived from them is rewritten.
with stamp as materialized (
  select version + 1 as version from data_versions where scope = 'all'
),
named as materialized (
  select distinct s.kind, e.value as security_id from staging s cross join json_each(s.securities) e where s.batch = ?1
),
resplit as materialized (
  select distinct n.security_id
  from named n
  join (select security_id, version from splits union all select security_id, until_version from splits_past) x
    on x.security_id = n.security_id
  where n.kind = 'splits' and x.version = (select version from stamp)
  union
  select security_id from named where kind = 'absorbed'
),
recounted as materialized (
  select distinct n.security_id
  from named n
  join (select security_id, version from shares union all select security_id, until_version from shares_past) x
    on x.security_id = n.security_id
  where n.kind = 'shares' and x.version = (select version from stamp)
  union
  select security_id from resplit
),
rekinded as (
  select n.security_id
  from named n
  join securities t on t.id = n.security_id
  join securities_past p on p.id = t.id and p.until_version = (select version from stamp)
  where n.kind = 'securities' and (t.kind, t.ticker) is not (p.kind, p.ticker)
),
span as materialized (
  select min(first_day) as first_day, max(last_day) as last_day
  from staging where batch = ?1 and kind in ('daily_bars', 'reported_caps')
),

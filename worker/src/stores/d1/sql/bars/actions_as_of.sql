-- The same as publication ?3 knew it, out of the recorded splits.
with x as (
  select id from securities where ticker = ?1
),
known as (
  select 1 as kind, t.security_id, t.ex_day, t.ratio as value, t.version
  from x cross join splits t on t.security_id = x.id
  where t.version <= ?3
  union all
  select 1, t.security_id, t.ex_day, t.ratio, t.version
  from x cross join splits_past t on t.security_id = x.id
  where t.version <= ?3 and t.until_version > ?3
  union all
  select 2, t.security_id, t.ex_day, t.amount, t.version
  from x cross join dividends t on t.security_id = x.id
  where t.version <= ?3 and ?2 = 1
  union all
  select 2, t.security_id, t.ex_day, t.amount, t.version
  from x cross join dividends_past t on t.security_id = x.id
  where t.version <= ?3 and t.until_version > ?3 and ?2 = 1
)
select ex_day, case kind when 1 then value end as ratio, case kind when 2 then value end as amount,
       case kind when 2 then (
         select b.close from daily_bars b where b.security_id = known.security_id and b.day < known.ex_day
         order by b.day desc limit 1) end as close_before,
       max(version) as version
from known
group by kind, ex_day

-- Return, turnover and changes of each session. The members are read once: what the turnover and the exits need of them is
-- carried along as JSON, which costs less than reading them again.
, sums as materialized (
  select day, prev_day, max(chosen) as chosen,
         sum(weight * (growth - 1)) as return_value, sum(close is null) as stale, count(target) as staying,
         sum(target) as kept_weight,
         json_group_array(json_array(coalesce(target, 0), weight * growth)) as drifts,
         json_group_array(json_array(security_id, rank, close is not null)) filter (where target is null) as leaving,
         -- What the return was made from, condensed: two sums over the members of residues modulo primes.
         printf('%015x%015x',
           sum((security_id % 65521 + 1) * ((cast(round(price * 1000000) as integer) % 2147483647 * 31
                + cast(round(price * growth * 1000000) as integer) % 2147483629 * 37 + rank) % 2147483587)),
           sum((rank % 32749 + 1) * ((cast(round(price * growth * 1000000) as integer) % 2147483579 * 41
                + cast(round(weight * 1000000000000) as integer) % 2147483563 * 43 + security_id) % 2147483549))) as fingerprint
  from valued
  group by day
),
-- Where every place is held by one who stays, nobody came.
arrived as materialized (
  select p.day, p.prev_day, m.security_id, m.rank, m.cap
  from plan p
  left join sums s on s.day = p.day
  cross join index_members m on m.index_id = ?3 and m.day = p.day
  where p.kept = 1 and (s.staying is null or (s.chosen and s.staying <> ?2))
    and case when p.prev_day >= (select min(day) from plan where kept = 1)
        then not exists (
          select 1 from index_members o
          where o.index_id = ?3 and o.day = p.prev_day and o.security_id = m.security_id)
        else m.security_id not in (select o.security_id from before o where o.day < p.day) end
),
counts as materialized (
  select p.day, coalesce(s.staying, 0) + coalesce(a.arrived, 0) as constituents
  from plan p
  left join sums s on s.day = p.day
  left join (select day, count(*) as arrived from arrived group by day) a on a.day = p.day
  where p.kept = 1
),
entered as (
  select day, prev_day, security_id, rank, cap from arrived where prev_day is not null
),
exited as materialized (
  select s.day, s.prev_day, e.value->>0 as security_id, e.value->>1 as rank, e.value->>2 as traded
  from sums s
  cross join json_each(s.leaving) e
  where s.chosen
),
asked as materialized (
  select prev_day as day, security_id from entered
  union
  select day, security_id from exited
),

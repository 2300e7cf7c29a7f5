-- Return, turnover and changes of each session. The members are read once: what the turnover and the changes need of them is
-- carried along as text, which costs less than reading them again.
sums as (
  select day, max(chosen) as chosen,
         sum(weight * (growth - 1)) as return_value, sum(close is null) as stale, sum(abs(growth - 1) > 0.5) as jumps,
         count(target) as staying,
         sum(target) as kept_weight,
         {drifts},
         ',' || group_concat(security_id) filter (where target is not null) || ',' as stayed,
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
moved as materialized (
  select p.*, s.chosen, s.return_value, s.stale, s.jumps, s.staying, s.kept_weight, s.kept_each, s.left_weight, s.drifts,
         s.fingerprint, ({changes}) as changes
  from plan p
  left join sums s on s.day = p.day
),
-- Members are counted only where nobody is known to have been in place before.
built as materialized (
  select m.*, case
           when m.staying is null then (select count(*) from index_members c where c.index_id = ?3 and c.day = m.day)
           else m.staying + (select count(*) from json_each(m.changes) e where e.value->>0 = 'entered') end as constituents
  from moved m
)

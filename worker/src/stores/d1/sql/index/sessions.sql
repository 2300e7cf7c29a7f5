-- Return, turnover and changes of each session.
, sums as materialized (
  select day, sum(weight * (growth - 1)) as return_value, sum(close is null) as stale, count(target) as staying,
         -- What the return was made from, condensed: two sums over the members of residues modulo primes.
         printf('%015x%015x',
           sum((security_id % 65521 + 1) * ((cast(round(price * 1000000) as integer) % 2147483647 * 31
                + cast(round(price * growth * 1000000) as integer) % 2147483629 * 37 + rank) % 2147483587)),
           sum((rank % 32749 + 1) * ((cast(round(price * growth * 1000000) as integer) % 2147483579 * 41
                + cast(round(weight * 1000000000000) as integer) % 2147483563 * 43 + security_id) % 2147483549))) as fingerprint
  from valued
  group by day
),
turnovers as materialized (
  select s.day,
         max(v.chosen) * 0.5 * (sum(abs(coalesce(v.target, 0) - v.weight * v.growth / (1 + s.return_value)))
                                + 1 - coalesce(sum(v.target), 0)) as turnover
  from sums s
  cross join valued v on v.day = s.day
  where s.return_value > -1
  group by s.day
),
counts as materialized (
  select p.day, count(*) as constituents
  from plan p
  cross join index_members m on m.index_id = ?3 and m.day = p.day
  where p.kept = 1
  group by p.day
),
entered as materialized (
  select p.day, p.prev_day, m.security_id, m.rank, m.cap
  from counts c
  cross join sums s on s.day = c.day
  cross join plan p on p.day = c.day and p.in_force = p.day
  cross join index_members m on m.index_id = ?3 and m.day = p.day
  where c.constituents > s.staying
    and not exists (
      select 1 from index_members o
      where o.index_id = ?3 and o.day = p.prev_day and o.security_id = m.security_id
        and o.day >= (select min(day) from plan where kept = 1))
    and not exists (select 1 from before o where o.day = p.prev_day and o.security_id = m.security_id)
),
exited as materialized (
  select day, prev_day, security_id, rank, close from valued where chosen and target is null
),
asked as materialized (
  select prev_day as day, security_id from entered
  union
  select day, security_id from exited
),

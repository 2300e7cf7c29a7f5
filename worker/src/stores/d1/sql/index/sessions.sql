-- Return, turnover and changes of each session, from the members that were in place the session before.
-- ?3 index, ?5 share of a dividend that counts (0 price return, 1 total, less for net of tax), ?6 method version, ?7 now.
, held as (
  select p.day, p.prev_day, p.in_force = p.day as chosen, m.security_id, m.rank, m.weight, m.price
  from plan p
  cross join index_members m on m.index_id = ?3 and m.day = p.prev_day
  where p.kept = 1 and p.prev_day >= (select min(day) from plan where kept = 1)
  union all
  select p.day, p.prev_day, p.in_force = p.day, m.security_id, m.rank, m.weight, m.price
  from plan p
  cross join before m on m.day = p.prev_day
  where p.kept = 1
),
-- Each member valued at the session: at the close, or its delisting terms, restated for splits; without either it is carried
-- unchanged and counted as stale. Dividends are added where they count.
priced as (
  select h.*, b.close, n.weight as target,
         coalesce(b.close, (
           select s.delisting_price from securities s
           where s.id = h.security_id and s.delist_day > h.prev_day and s.delist_day <= h.day)) as worth
  from held h
  left join daily_bars b on b.security_id = h.security_id and b.day = h.day
  left join index_members n on n.index_id = ?3 and n.day = h.day and n.security_id = h.security_id
),
valued as materialized (
  select v.day, v.prev_day, v.chosen, v.security_id, v.rank, v.weight, v.price, v.close, v.target,
         case when v.worth is null then 1 else v.worth * coalesce((
             select exp(sum(ln(x.ratio))) from splits_in_force x
             where x.security_id = v.security_id and x.ex_day > v.prev_day and x.ex_day <= v.day
           ), 1) / v.price end
         * case when ?5 > 0 then coalesce((
             select exp(sum(ln(1 + ?5 * d.amount / coalesce(v.close, v.price)))) from dividends d
             where d.security_id = v.security_id and d.ex_day > v.prev_day and d.ex_day <= v.day
           ), 1) else 1 end as growth
  from priced v
),
sums as materialized (
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
  union all
  select day, security_id from exited
),

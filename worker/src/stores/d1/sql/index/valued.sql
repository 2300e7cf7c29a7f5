-- Each member in place before a session, valued at it. ?5 is the share of a dividend that counts: 0 for a price return, 1 for a
-- total one, less for one net of tax.
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
-- Few securities split or pay in any range: only those are asked for it.
split as materialized (
  select distinct x.security_id from splits_in_force x
  where x.ex_day between (select min(day) from plan) and (select max(day) from plan)
),
paid as materialized (
  select distinct d.security_id from dividends d
  where ?5 > 0 and d.ex_day between (select min(day) from plan) and (select max(day) from plan)
),
valued as (
  select v.day, v.prev_day, v.chosen, v.security_id, v.rank, v.weight, v.price, v.close, v.target,
         case when v.worth is null then 1
              when v.security_id in (select security_id from split) then v.worth * coalesce((
                select exp(sum(ln(x.ratio))) from splits_in_force x
                where x.security_id = v.security_id and x.ex_day > v.prev_day and x.ex_day <= v.day
              ), 1) / v.price
              else v.worth / v.price end
         * case when v.security_id in (select security_id from paid) then coalesce((
             select exp(sum(ln(1 + ?5 * d.amount / coalesce(v.close, v.price)))) from dividends d
             where d.security_id = v.security_id and d.ex_day > v.prev_day and d.ex_day <= v.day
           ), 1) else 1 end as growth
  from priced v
)

-- Each member in place before a session, valued at it. ?5 is the share of a dividend that counts: 0 for a price return, 1 for a
-- total one, less for one net of tax.
held as (
  select p.day, p.prev_day, p.in_force = p.day as chosen, m.security_id, m.rank, m.weight, m.price
  from plan p
  cross join index_members m on m.index_id = ?3 and m.day = p.prev_day
  where p.prev_day >= (select min(day) from plan)
  union all
  select p.day, p.prev_day, p.in_force = p.day, m.value->>0, m.value->>1, m.value->>2, m.value->>3
  from (select day, prev_day, in_force from plan order by day limit 1) p
  cross join json_each(?10) m
),
-- Its close, and what it is among those in place after the session. A limit that limits nothing, here and below, keeps SQLite from
-- copying an expression to wherever it is named, which would look up the close and compute the growth once for each sum.
priced as (
  select h.*, n.weight as target, {close} as close
  from held h
  left join index_members n on n.index_id = ?3 and n.day = h.day and n.security_id = h.security_id
  limit -1
),
-- Few securities split in any range: only those are asked for it. Many pay in it, so each member is asked.
split as materialized (
  select distinct x.security_id
  from splits_in_force x indexed by splits_in_force_by_day
  where x.ex_day > (select coalesce(min(prev_day), min(day)) from plan) and x.ex_day <= (select max(day) from plan)
),
-- At the close, or its delisting terms, restated for splits; without either it is carried unchanged and counted as stale.
-- Dividends are added where they count.
valued as (
  select v.*,
         case when v.worth is null then 1
              when v.security_id in (select security_id from split) then v.worth * coalesce((
                select exp(sum(ln(x.ratio))) from splits_in_force x
                where x.security_id = v.security_id and x.ex_day > v.prev_day and x.ex_day <= v.day
              ), 1) / v.price
              else v.worth / v.price end
         * case when ?5 > 0 then coalesce((
             select exp(sum(ln(1 + ?5 * d.amount / coalesce(v.close, v.price)))) from dividends d
             where d.security_id = v.security_id and d.ex_day > v.prev_day and d.ex_day <= v.day
           ), 1) else 1 end as growth
  from (
    select p.*, coalesce(p.close, (
             select s.delisting_price from securities s
             where s.id = p.security_id and s.delist_day > p.prev_day and s.delist_day <= p.day)) as worth
    from priced p) v
  limit -1
)

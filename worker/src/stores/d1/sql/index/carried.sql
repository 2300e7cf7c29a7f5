-- Between two rebalances the members stay and their weights drift with their prices: each member of the session in force,
-- at its last price since (on the share basis of the day), grown by splits and, where they count (?5), dividends. Those of the
-- session in force before the first one of the build are ?10, unless that first one is a rebalance itself.
in_force as (
  select m.day, m.security_id, m.rank, m.weight, m.price, m.cap
  from (select distinct in_force as day from plan where in_force >= (select min(day) from plan)) f
  cross join index_members m on m.index_id = ?3 and m.day = f.day
  union all
  select (select min(in_force) from plan), value->>0, value->>1, value->>2, value->>3, value->>4 from json_each(?10)
  where (select min(in_force) from plan) < (select min(day) from plan)
),
last_traded as (
  select p.day, p.in_force, m.security_id, m.rank, m.weight, m.price as start_price, m.cap,
         (select max(l.day) from daily_bars l
          where l.security_id = m.security_id and l.day > p.in_force and l.day <= p.day) as traded_day
  from plan p
  cross join in_force m on m.day = p.in_force
  where p.in_force <> p.day
),
repriced as materialized (
  select t.*,
         coalesce(
           case when t.traded_day is null or t.traded_day < t.day then (
             select s.delisting_price from securities s
             where s.id = t.security_id and s.delist_day > t.in_force and s.delist_day <= t.day) end,
           coalesce((select b.close from daily_bars b where b.security_id = t.security_id and b.day = t.traded_day),
                    t.start_price)
           / coalesce((
               select exp(sum(ln(x.ratio))) from splits_in_force x
               where x.security_id = t.security_id and x.ex_day > coalesce(t.traded_day, t.in_force) and x.ex_day <= t.day
             ), 1)) as price,
         coalesce((
           select exp(sum(ln(x.ratio))) from splits_in_force x
           where x.security_id = t.security_id and x.ex_day > t.in_force and x.ex_day <= t.day
         ), 1)
         * case when ?5 > 0 then coalesce((
             select exp(sum(ln(1 + ?5 * d.amount / (
               select l.close from daily_bars l
               where l.security_id = d.security_id and l.day <= d.ex_day order by l.day desc limit 1))))
             from dividends d
             where d.security_id = t.security_id and d.ex_day > t.in_force and d.ex_day <= t.day
           ), 1) else 1 end as factor
  from last_traded t
),
carried as (
  select r.day, r.security_id, r.rank, r.price,
         r.weight * r.price * r.factor / r.start_price
           / sum(r.weight * r.price * r.factor / r.start_price) over (partition by r.day) as weight,
         coalesce((select c.cap from market_caps c where c.day = r.day and c.security_id = r.security_id), r.cap) as cap
  from repriced r
  -- A holder of a worthless delisted share keeps nothing of it, and a price of 0 could not earn a return.
  where r.price > 0
)

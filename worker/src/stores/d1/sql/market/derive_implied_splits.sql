affected as (
  select e.value as security_id, min(s.first_day) as first_day, max(s.last_day) + 14 as last_day
  from staging s cross join json_each(s.securities) e
  where s.batch = ?1 and s.kind = 'daily_bars' and s.adjusted = 1
  group by e.value
  union all
  select security_id, -100000, 100000 from resplit
),
-- Each bar against the one before it: where the source's adjusted close moves by more than 10 % against its raw close, and no
-- record says why, the source has seen a split. Dividends, which some sources adjust for too, stay below that.
moved as (
  select b.security_id, b.day, p.day as prev_day, b.adj_close / b.close / (p.adj_close / p.close) as ratio
  from affected a
  cross join daily_bars b on b.security_id = a.security_id and b.day between a.first_day and a.last_day
  cross join daily_bars p on p.security_id = b.security_id and p.day = (
    select max(l.day) from daily_bars l where l.security_id = b.security_id and l.day < b.day)
  where b.adj_close > 0 and p.adj_close > 0
)
insert into splits_in_force (security_id, ex_day, ratio, implied)
select m.security_id, m.day, m.ratio, 1
from moved m
where abs(m.ratio - 1) > 0.1
  and not exists (
    select 1 from splits s where s.security_id = m.security_id and s.ex_day > m.prev_day and s.ex_day <= m.day)
on conflict (security_id, ex_day) do update set ratio = excluded.ratio, implied = 1
where splits_in_force.implied = 1

, moves as (
  select e.day, 0 as leaving, e.rank as sort_rank,
         json_array('entered', e.security_id, e.rank, f.place, e.cap, case
           when f.place is not null then 'rank'
           when exists (select 1 from daily_bars b where b.security_id = e.security_id and b.day < e.day) then 'eligible_again'
           else 'listed' end) as move
  from entered e
  left join found f on f.day = e.prev_day and f.security_id = e.security_id
  union all
  select x.day, 1, x.rank,
         json_array('exited', x.security_id, f.place, x.rank, f.cap, case
           when f.place is not null then 'rank'
           when x.traded then 'no_market_cap'
           when exists (select 1 from securities s where s.id = x.security_id and s.delist_day <= x.day) then 'delisted'
           else 'no_price' end)
  from exited x
  left join found f on f.day = x.day and f.security_id = x.security_id
),
lists as materialized (
  select day, json_group_array(json(move)) as changes
  from (select day, move from moves order by day, leaving, sort_rank)
  group by day
)
insert into index_sessions (index_id, day, prev_day, base_day, return_value, bridged_return, turnover, constituents,
  stale_prices, changes, data_version, method_version, inputs_hash, outdated, built_at)
select ?3, p.day, p.prev_day, p.base_day, case when p.hole then null else s.return_value end, s.return_value,
       coalesce(case when s.chosen and s.return_value > -1 then 0.5 * (1 - coalesce(s.kept_weight, 0) + (
         select sum(abs(d.value->>0 - d.value->>1 / (1 + s.return_value))) from json_each(s.drifts) d)) end, 0),
       c.constituents, coalesce(s.stale, 0), coalesce(l.changes, '[]'),
       (select version + 1 from data_versions where scope = 'all'), ?6, coalesce(s.fingerprint, ''), 0, ?7
from plan p
join counts c on c.day = p.day
left join sums s on s.day = p.day
left join lists l on l.day = p.day
where p.kept = 1 and c.constituents > 0
on conflict (index_id, day) do update
set prev_day = excluded.prev_day, base_day = excluded.base_day, return_value = excluded.return_value,
    bridged_return = excluded.bridged_return, turnover = excluded.turnover, constituents = excluded.constituents,
    stale_prices = excluded.stale_prices, changes = excluded.changes, data_version = excluded.data_version,
    method_version = excluded.method_version, inputs_hash = excluded.inputs_hash, outdated = 0, built_at = excluded.built_at
where (prev_day, base_day, return_value, bridged_return, turnover, constituents, stale_prices, changes, method_version,
       inputs_hash, outdated)
   is not (excluded.prev_day, excluded.base_day, excluded.return_value, excluded.bridged_return, excluded.turnover,
       excluded.constituents, excluded.stale_prices, excluded.changes, excluded.method_version, excluded.inputs_hash, 0)

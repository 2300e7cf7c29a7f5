insert into index_sessions (index_id, day, prev_day, base_day, return_value, bridged_return, turnover, constituents,
  stale_prices, jumps, changes, data_version, method_version, inputs_hash, outdated, built_at)
select ?3, b.day, b.prev_day, b.base_day, case when b.hole then null else b.return_value end, b.return_value,
       coalesce(case when b.chosen and b.return_value > -1 then 0.5 * (1 - coalesce(b.kept_weight, 0) + {drifted}) end, 0),
       b.constituents, coalesce(b.stale, 0), coalesce(b.jumps, 0), b.changes,
       (select version + 1 from data_versions where scope = 'all'), ?6, coalesce(b.fingerprint, ''), 0, ?7
from built b
where b.constituents > 0
on conflict (index_id, day) do update
set prev_day = excluded.prev_day, base_day = excluded.base_day, return_value = excluded.return_value,
    bridged_return = excluded.bridged_return, turnover = excluded.turnover, constituents = excluded.constituents,
    stale_prices = excluded.stale_prices, jumps = excluded.jumps, changes = excluded.changes, data_version = excluded.data_version,
    method_version = excluded.method_version, inputs_hash = excluded.inputs_hash, outdated = 0, built_at = excluded.built_at
where (prev_day, base_day, return_value, bridged_return, turnover, constituents, stale_prices, jumps, changes, method_version,
       inputs_hash, outdated)
   is not (excluded.prev_day, excluded.base_day, excluded.return_value, excluded.bridged_return, excluded.turnover,
       excluded.constituents, excluded.stale_prices, excluded.jumps, excluded.changes, excluded.method_version, excluded.inputs_hash, 0)

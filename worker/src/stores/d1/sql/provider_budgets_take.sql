-- ?1 provider, ?2 now, ?3 spacing, ?4 longest wait, milliseconds. Answers the start of the slot, or no row when the
-- first free one is too far off; then nothing is taken, so that a caller who comes back later is not put off again.
insert into provider_budgets (provider, next_at, set_at)
values (?1, ?2 + ?3, ?2)
on conflict (provider) do update
  set next_at = max(next_at, ?2) + ?3, set_at = ?2
  where next_at <= ?2 + ?4
returning next_at - ?3 as start_at

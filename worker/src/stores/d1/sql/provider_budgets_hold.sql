-- ?1 provider, ?2 now, ?3 the end of the silence, milliseconds.
insert into provider_budgets (provider, next_at, set_at)
values (?1, ?3, ?2)
on conflict (provider) do update
  set next_at = ?3, set_at = ?2
  where next_at < ?3

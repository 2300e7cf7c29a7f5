insert into provider_budgets (provider, next_at)
values (?1, ?2)
on conflict (provider) do update
  set next_at = ?2
  where next_at < ?2

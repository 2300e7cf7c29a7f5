-- ?1 provider, ?2 now, ?3 by how much the clocks of isolates may differ, milliseconds. After a clock that went back what was left
-- to wait when the slot was set is left to wait from now on.
update provider_budgets
set next_at = ?2 + next_at - set_at, set_at = ?2
where provider = ?1 and set_at > ?2 + ?3

select next_at from provider_budgets where provider = ?1

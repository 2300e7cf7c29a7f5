insert into sweeps (owner, idempotency_key, request_hash, name, grid, created_at)
values (?1, ?2, ?3, ?4, ?5, ?6)
returning id

select id, request_hash from sweeps where owner = ?1 and idempotency_key = ?2 limit 1

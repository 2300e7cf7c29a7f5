select id, request_hash from backtests where owner = ?1 and idempotency_key = ?2 limit 1

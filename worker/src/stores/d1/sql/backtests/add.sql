insert into backtests (owner, idempotency_key, request_hash, strategy, name, underlying, tags, sweep_id, varied, callback_url,
  callback_secret, callback_status, created_at)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, iif(?10 is null, null, 'pending'), ?12)
returning id

select id, status, strategy from backtests where id = ?1 limit 1

select count(*) as open from backtests where owner = ?1 and status in ('queued', 'running')

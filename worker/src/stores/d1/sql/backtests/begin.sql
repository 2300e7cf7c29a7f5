update backtests
set status = 'running', sessions = ?2, first_day = ?3, last_day = ?4, started_at = coalesce(started_at, ?5)
where id = ?1 and status in ('queued', 'running')

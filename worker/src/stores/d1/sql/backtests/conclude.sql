update backtests
set status = ?2, report = ?3, error_code = ?4, error = ?5, engine_version = ?6, plan_hash = ?7, data_hash = ?8,
  results_hash = ?9, finished_at = ?10
where id = ?1 and status in ('queued', 'running')

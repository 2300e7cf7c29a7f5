select id, status, strategy, name, underlying, tags, sweep_id, varied, sessions, sessions_done, first_day, last_day, at_day, equity, report,
  error_code, error, engine_version, plan_hash, data_hash, results_hash, share_hash, callback_url, callback_status, created_at,
  started_at, finished_at, unixepoch('subsec') * 1000 as now
from backtests
where owner = ?1 and id < ?2 and (?4 is null or status = ?4) and (?5 is null or sweep_id = ?5)
order by id desc
limit ?3

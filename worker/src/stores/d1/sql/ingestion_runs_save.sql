-- A run that has ended stays as it ended.
update ingestion_runs
set requests = ?2, inserted = ?3, changed = ?4, unchanged = ?5, rejected = ?6, rejections = ?7, gaps = ?8,
  data_version = ?9, shares_days = ?10, status = ?11, error_code = ?12, error = ?13, finished_at = ?14, findings = ?15
where id = ?1 and status = 'running'

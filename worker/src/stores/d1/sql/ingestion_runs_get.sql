select id, provider, first_day, last_day, status, requests, inserted, changed, unchanged, rejected, rejections, gaps, findings,
  data_version, error_code, error, started_at, finished_at
from ingestion_runs
where id = ?1
limit 1

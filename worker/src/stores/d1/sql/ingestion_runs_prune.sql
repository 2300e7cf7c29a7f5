delete from ingestion_runs where status <> 'running' and finished_at < ?1

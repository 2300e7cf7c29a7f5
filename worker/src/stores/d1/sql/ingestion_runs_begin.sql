insert into ingestion_runs (job_id, provider, first_day, last_day, status, started_at)
values (?1, ?2, ?3, ?4, 'running', ?5)
on conflict (job_id) do update set job_id = excluded.job_id
returning id

select 1 as found
from ingestion_runs runs, json_each(runs.shares_days) asked
where runs.provider = ?1 and runs.status = 'succeeded' and asked.value between ?2 and ?3
limit 1

select id, slice from jobs
-- A row from the future was written before the clock went back: see jobs_claim.
where status = 'open' and (next_at <= ?1 and lease_until <= ?1 or updated_at > ?1 + 60000)
order by next_at, id
limit ?2

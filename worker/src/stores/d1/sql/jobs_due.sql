select id, slice from jobs
where status = 'open' and next_at <= ?1 and lease_until <= ?1
order by next_at, id
limit ?2

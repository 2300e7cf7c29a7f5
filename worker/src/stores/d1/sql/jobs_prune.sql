delete from jobs where status <> 'open' and updated_at < ?1

select id from jobs where kind = ?1 and key = ?2 and status = 'open' limit 1

update backtests set share_hash = ?3 where id = ?1 and owner = ?2

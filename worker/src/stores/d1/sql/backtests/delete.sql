delete from backtests where id = ?1 and owner = ?2

update backtests set callback_status = ?2 where id = ?1 and callback_status = 'pending'

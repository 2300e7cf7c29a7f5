-- A slice that is done twice says the same twice; a late one takes nothing back.
update backtests
set sessions_done = ?2, at_day = ?3, equity = ?4
where id = ?1 and status = 'running' and sessions_done <= ?2

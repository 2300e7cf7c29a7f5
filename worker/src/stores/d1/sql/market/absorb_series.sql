update or ignore bar_series
set security_id = (select a.into_id from absorbed a where a.from_id = security_id)
where security_id in (select from_id from absorbed)

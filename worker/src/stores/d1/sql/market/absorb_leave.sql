delete from {table} where security_id in (select from_id from absorbed)

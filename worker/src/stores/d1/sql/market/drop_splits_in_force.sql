affected as (
  select security_id from resplit
)
delete from splits_in_force where security_id in (select security_id from affected)

affected as (
  select security_id from recounted
)
delete from shares_in_force where security_id in (select security_id from affected)

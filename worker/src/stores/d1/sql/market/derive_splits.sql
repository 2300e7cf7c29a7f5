affected as (
  select security_id from resplit
)
insert into splits_in_force (security_id, ex_day, ratio, implied)
select s.security_id, s.ex_day, s.ratio, 0
from affected a
cross join splits s on s.security_id = a.security_id

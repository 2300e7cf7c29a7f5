select x.security_id as id, x.ex_day as day, x.ratio as value
from json_each(?1) w
cross join splits_in_force x on x.security_id = w.value and x.ex_day between ?2 and ?3
order by x.security_id, x.ex_day

select d.security_id as id, d.ex_day as day, d.amount as value
from json_each(?1) w
cross join dividends d on d.security_id = w.value and d.ex_day between ?2 and ?3
order by d.security_id, d.ex_day

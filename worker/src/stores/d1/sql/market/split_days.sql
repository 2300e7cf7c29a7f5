select x.ticker, s.ex_day as day
from splits_in_force s
join securities x on x.id = s.security_id
where s.ex_day between ?1 and ?2

-- What prices of session ?1 are restated for by day ?2.
select x.ticker, a.ex_day, a.ratio
from splits_in_force a
join securities x on x.id = a.security_id
where a.ex_day > ?1 and a.ex_day <= ?2

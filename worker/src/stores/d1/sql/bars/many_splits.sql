-- The splits that prices of the tickers of the JSON array ?1 are restated for.
select a.security_id, a.ex_day, a.ratio, null as amount, null as close_before
from json_each(?1) e
cross join securities x on x.ticker = e.value
cross join splits_in_force a on a.security_id = x.id

-- Splits or dividends, by day and ticker. ?1 ticker, ?2 and ?3 first and last day, ?4 and ?5 the day and ticker after which the
-- page begins, ?6 which (0 all, 1 a value below 1, 2 one of at least 1), ?7 rows.
select a.ex_day, x.ticker, a.{value} as value
from {table} a
join securities x on x.id = a.security_id
where (?1 is null or x.ticker = ?1) and a.ex_day between ?2 and ?3
  and (?4 is null or (a.ex_day, x.ticker) {after} (?4, ?5))
  and (?6 = 0 or (?6 = 1) = (a.{value} < 1))
order by a.ex_day {order}, x.ticker {order}
limit ?7

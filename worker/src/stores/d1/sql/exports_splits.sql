select r.security_id as key_security, r.ex_day as key_day, date(r.ex_day * 86400, 'unixepoch') as date, coalesce((
    select c.ticker from ticker_changes c where c.security_id = s.id and c.day > r.ex_day order by c.day limit 1), s.ticker) as ticker,
  r.ratio as ratio
from splits r
cross join securities s on s.id = r.security_id
where (r.security_id, r.ex_day) > (?1, ?2) and r.ex_day between ?3 and ?4
order by r.security_id, r.ex_day
limit ?5

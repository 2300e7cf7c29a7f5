select r.security_id as key_security, r.day as key_day, date(r.day * 86400, 'unixepoch') as date, coalesce((
    select c.ticker from ticker_changes c where c.security_id = s.id and c.day > r.day order by c.day limit 1), s.ticker) as ticker,
  r.cap as market_cap
from reported_caps r
cross join securities s on s.id = r.security_id
where (r.security_id, r.day) > (?1, ?2) and r.day between ?3 and ?4
order by r.security_id, r.day
limit ?5

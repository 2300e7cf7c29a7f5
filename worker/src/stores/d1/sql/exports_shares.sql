select r.security_id as key_security, r.as_of as key_day, date(r.as_of * 86400, 'unixepoch') as as_of, coalesce((
    select c.ticker from ticker_changes c where c.security_id = s.id and c.day > r.as_of order by c.day limit 1), s.ticker) as ticker,
  r.shares as shares_outstanding
from shares r
cross join securities s on s.id = r.security_id
where (r.security_id, r.as_of) > (?1, ?2) and r.as_of between ?3 and ?4
order by r.security_id, r.as_of
limit ?5

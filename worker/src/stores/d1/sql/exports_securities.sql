-- Every kind pages by (security, day); a security has no day of its own, so the second place is not asked.
select id as key_security, ?2 as key_day, ticker, name, sector, exchange, kind as type, issuer, share_class,
  date(list_day * 86400, 'unixepoch') as list_date, date(delist_day * 86400, 'unixepoch') as delist_date, delisting_price
from securities
where id > ?1 and version is not null
order by id
limit ?3

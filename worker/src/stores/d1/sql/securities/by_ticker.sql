-- Who bears each of the symbols ?1, or bore it last where nobody bears it now.
select e.value as asked, s.id, s.ticker, s.name, s.sector, s.exchange, s.kind, s.issuer, s.share_class,
       date(s.list_day * 86400, 'unixepoch') as list_date, date(s.delist_day * 86400, 'unixepoch') as delist_date,
       s.delisting_price
from json_each(?1) e
cross join securities s on s.id = coalesce(
  (select o.id from securities o where o.ticker = e.value and o.version is not null),
  (select c.security_id from ticker_changes c where c.ticker = e.value order by c.day desc limit 1))
where s.version is not null

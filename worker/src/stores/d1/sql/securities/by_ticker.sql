select id, ticker, name, sector, exchange, kind, issuer, share_class, date(list_day * 86400, 'unixepoch') as list_date,
  date(delist_day * 86400, 'unixepoch') as delist_date, delisting_price
from securities
where ticker in (select value from json_each(?1)) and version is not null

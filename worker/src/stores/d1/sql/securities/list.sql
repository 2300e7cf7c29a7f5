-- ?1 tickers after, ?2 tickers before, ?3 at most so many, ?4 search, ?5 sector, ?6 exchange; null where not asked for.
select id, ticker, name, sector, exchange, kind, issuer, share_class, date(list_day * 86400, 'unixepoch') as list_date,
  date(delist_day * 86400, 'unixepoch') as delist_date, delisting_price
from securities
where version is not null and ticker > coalesce(?1, '') and ticker < coalesce(?2, char(1114111))
  and (?4 is null or instr(upper(ticker), upper(?4)) = 1 or instr(upper(name), upper(?4)) > 0)
  and (?5 is null or sector = ?5) and (?6 is null or exchange = ?6)
order by ticker {order}
limit ?3

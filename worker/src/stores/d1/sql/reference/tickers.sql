-- Securities by ticker. ?1 exact ticker, ?2 and ?3 lower bounds (above, at least), ?4 and ?5 upper bounds (below, at most),
-- ?6 type, ?7 issuer, ?8 exchange, ?9 part of name or ticker, ?10 day on which it must be listed (1) or not (0, ?11), ?12 rows.
select ticker, name, exchange, kind, issuer, list_day, delist_day,
       (list_day is null or list_day <= ?10) and (delist_day is null or delist_day > ?10) as active
from securities
where version is not null
  and (?1 is null or ticker = ?1)
  and (?2 is null or ticker > ?2) and (?3 is null or ticker >= ?3)
  and (?4 is null or ticker < ?4) and (?5 is null or ticker <= ?5)
  and (?6 is null or coalesce(kind, 'CS') = ?6)
  and (?7 is null or issuer = ?7)
  and (?8 is null or exchange = ?8)
  and (?9 is null or instr(lower(ticker), lower(?9)) > 0 or instr(lower(coalesce(name, '')), lower(?9)) > 0)
  and ((list_day is null or list_day <= ?10) and (delist_day is null or delist_day > ?10)) = ?11
order by ticker {order}
limit ?12

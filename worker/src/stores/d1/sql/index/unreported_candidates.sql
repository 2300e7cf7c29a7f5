  union all
  select r.day, r.security_id, r.cap, r.close, r.ticker
  from unreported r
  where r.day in (select value from json_each(?1)) and r.security_id not in (select value->>0 from json_each(?11))
    and (?9 is null or r.security_id in (select value from json_each(?9)))

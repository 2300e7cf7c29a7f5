  union all
  -- Lines whose market cap was never delivered and is repaired.
  select r.day, v.value->>1, r.security_id, r.cap, r.close, r.ticker, coalesce(r.close * b.volume, 0)
  from unreported r
  cross join json_each(?11) v on v.value->>0 = r.security_id
  cross join daily_bars b on b.security_id = r.security_id and b.day = r.day
  where r.day in (select value from json_each(?1))

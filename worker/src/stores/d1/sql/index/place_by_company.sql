-- In the ranking by company.
case when w.place_cap is not null then 1 + (
  select count(*) from market_caps o
  where o.day = w.place_day and o.cap >= w.place_cap and (o.cap > w.place_cap or o.ticker < w.ticker)
    and o.security_id not in (select value->>0 from json_each(?11))
    and (?9 is null or o.security_id in (select value from json_each(?9)))
) + (
  select count(*) from json_each(w.companies) k
  where k.value->>0 <> w.security_id
    and k.value->>1 >= w.place_cap and (k.value->>1 > w.place_cap or k.value->>2 < w.ticker)) end

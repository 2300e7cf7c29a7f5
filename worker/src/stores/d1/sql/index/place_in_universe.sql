-- In the ranking by line among the securities of the universe.
case when w.place_cap is not null then 1 + (
  select count(*)
  from json_each(?9) k
  cross join market_caps o on o.day = w.place_day and o.security_id = k.value
  where o.cap >= w.place_cap and (o.cap > w.place_cap or o.ticker < w.ticker)) end

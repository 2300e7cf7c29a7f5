-- In the ranking by line: each counts those since the one above it in this list, and their sum so far is its place.
case when w.place_cap is not null then sum((
  select count(*) from market_caps o
  where o.day = w.place_day and o.cap >= w.place_cap and o.cap <= coalesce(w.cap_above, 9e999)
    and (o.cap > w.place_cap or o.ticker <= w.ticker)
    and (w.cap_above is null or o.cap < w.cap_above or o.ticker > w.ticker_above)
)) over (partition by w.came order by w.place_cap desc, w.ticker) end

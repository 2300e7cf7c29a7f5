, lag(v.place_cap) over (partition by v.came order by v.place_cap desc, v.ticker) as cap_above
, lag(v.ticker) over (partition by v.came order by v.place_cap desc, v.ticker) as ticker_above

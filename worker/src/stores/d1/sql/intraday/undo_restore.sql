insert into intraday_bars
  (series_id, t, day, minute, extended, open, high, low, close, volume, vwap, trades, version)
select x.series_id, x.t, x.day, x.minute, x.extended, x.open, x.high, x.low, x.close, x.volume, x.vwap, x.trades, x.version
from written w
join intraday_bars_past x on x.series_id = w.series_id and x.t = w.t and x.until_version = w.prior
where ?1 is not null
on conflict (series_id, t) do update
set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume,
    vwap = excluded.vwap, trades = excluded.trades, version = excluded.version

insert into intraday_bars
  (series_id, t, day, minute, extended, open, high, low, close, volume, vwap, trades, version)
select i.series_id, i.t, i.day, i.minute, i.extended, i.open, i.high, i.low, i.close, i.volume, i.vwap, i.trades,
       (select version + 1 from data_versions where scope = 'all')
from (select 1 where exists (select 1 from changed_days c where c.batch = ?1 and c.kind = 'intraday_bars')) changing
cross join incoming i
where true
order by i.series_id, i.t
on conflict (series_id, t) do update
set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume,
    vwap = excluded.vwap, trades = excluded.trades, version = excluded.version
where (open, high, low, close, volume, vwap, trades)
  is not (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume, excluded.vwap, excluded.trades)

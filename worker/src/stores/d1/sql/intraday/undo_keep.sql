insert into intraday_bars_past
  (series_id, t, until_version, day, minute, extended, open, high, low, close, volume, vwap, trades, version)
select t.series_id, t.t, (select version + 1 from data_versions where scope = 'all'), t.day, t.minute, t.extended,
       t.open, t.high, t.low, t.close, t.volume, t.vwap, t.trades, t.version
from written w
cross join intraday_bars t on t.series_id = w.series_id and t.t = w.t
where ?1 is not null

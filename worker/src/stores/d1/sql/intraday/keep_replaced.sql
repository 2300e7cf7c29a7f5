insert into intraday_bars_past
  (series_id, t, until_version, day, minute, extended, open, high, low, close, volume, vwap, trades, version)
select t.series_id, t.t, (select version + 1 from data_versions where scope = 'all'), t.day, t.minute, t.extended,
       t.open, t.high, t.low, t.close, t.volume, t.vwap, t.trades, t.version
from (select 1 where exists (
  select 1 from changed_days c where c.batch = ?1 and c.kind = 'intraday_bars' and c.changed > 0)) changing
cross join incoming i
cross join intraday_bars t on t.series_id = i.series_id and t.t = i.t
where (t.open, t.high, t.low, t.close, t.volume, t.vwap, t.trades)
  is not (i.open, i.high, i.low, i.close, i.volume, i.vwap, i.trades)

insert into changed_days (batch, kind, day, inserted, changed)
select ?1, 'intraday_bars', i.day, sum(t.version is null), sum(t.version is not null)
from incoming i
left join intraday_bars t on t.series_id = i.series_id and t.t = i.t
where t.version is null
   or (t.open, t.high, t.low, t.close, t.volume, t.vwap, t.trades)
      is not (i.open, i.high, i.low, i.close, i.volume, i.vwap, i.trades)
group by i.day

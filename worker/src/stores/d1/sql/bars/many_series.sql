-- Of each ticker of the JSON array ?1: its number, and the best series of which a bar of ?2 minutes can be made, as series.sql
-- chooses it: one that holds a bar from ?3 to ?4, of the preferred source (?5), of the greatest length.
select x.ticker, x.id as security_id, q.id as series_id, q.source, q.interval_minutes
from json_each(?1) e
cross join securities x on x.ticker = e.value
left join bar_series q on q.id = (
  select s.id
  from bar_series s
  where s.security_id = x.id and cast(?2 as integer) % s.interval_minutes = 0
  order by exists (select 1 from intraday_bars b where b.series_id = s.id and b.t between ?3 and ?4) desc,
           s.source = ?5 desc, s.interval_minutes desc, s.source
  limit 1)
where x.version is not null

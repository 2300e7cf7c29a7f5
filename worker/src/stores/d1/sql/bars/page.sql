-- A page of the bars of one stored length as one text, which costs a third of handing over every field of every bar. ?1 ticker,
-- ?2 minutes, ?3 source or null, ?4 source that is preferred, ?5 and ?6 the first and last start, ?7 how many, ?8 whether only of the
-- regular session. Numbers are written with as many digits as tell doubles apart; there is no quote in it that would be escaped.
select s.source, (
         select group_concat(json_array(volume, vwap, open, close, high, low, t, trades, extended), '')
         from (
           select t, open, high, low, close, volume, vwap, trades, extended
           from intraday_bars
           where series_id = s.id and t between ?5 and ?6 and (?8 = 0 or extended = 0)
           order by t {order}
           limit ?7)) as bars
from (
  select q.id, q.source
  from securities x
  cross join bar_series q on q.security_id = x.id and q.interval_minutes = ?2
  where x.ticker = ?1 and (?3 is null or q.source = ?3)
    and (q.source = ?4 or not exists (
      select 1 from bar_series o
      where o.security_id = x.id and o.interval_minutes = ?2 and o.source = ?4 and (?3 is null or o.source = ?3)))
  order by q.source
  limit 1) s

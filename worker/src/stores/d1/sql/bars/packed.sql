-- Bars of one stored length as one text, which costs a fifth of handing over every field of every bar. ?1 ticker or series, ?2 minutes,
-- ?3 source or null, ?4 source that is preferred, ?5 and ?6 the first and last start, ?7 how many, ?8 whether only of the regular
-- session. Writing a double takes ten times as long as writing a whole number, so prices that are whole in ten-thousandths are
-- written so, and shares and trades that are whole as those; any other is written with as many digits as tell doubles apart.
select s.source, cast(s.id as text) as series,
       (select cast(v.version as text) from data_versions v where v.scope = 'bars') as version,
       (select cast(v.version as text) from data_versions v where v.scope = 'all') as version_of_all, (
         select group_concat(json_array(
                  t, day, extended,
                  iif(v = volume and v < 1e15, v, volume), iif(n = trades and n < 1e15, n, trades),
                  iif(w / 1e4 = vwap and w < 1e15, w, vwap), iif(o / 1e4 = open and o < 1e15, o, open),
                  iif(c / 1e4 = close and c < 1e15, c, close), iif(h / 1e4 = high and h < 1e15, h, high),
                  iif(l / 1e4 = low and l < 1e15, l, low)), '')
         from (
           select t, day, extended, volume, trades, vwap, open, close, high, low, cast(volume as integer) as v,
                  cast(trades as integer) as n, cast(vwap * 1e4 + 0.5 as integer) as w, cast(open * 1e4 + 0.5 as integer) as o,
                  cast(close * 1e4 + 0.5 as integer) as c, cast(high * 1e4 + 0.5 as integer) as h,
                  cast(low * 1e4 + 0.5 as integer) as l
           from intraday_bars
           where series_id = s.id and t between ?5 and ?6 and (?8 = 0 or extended = 0)
           order by t {order}
           limit ?7)) as bars
from ({series}) s

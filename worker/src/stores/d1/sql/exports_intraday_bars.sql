select r.series_id as key_security, r.t as key_day, coalesce((
    select c.ticker from ticker_changes c where c.security_id = s.id and c.day > r.day order by c.day limit 1), s.ticker) as ticker, r.t as t, r.open as open, r.high as high,
  r.low as low, r.close as close, r.volume as volume, r.vwap as vwap, r.trades as n,
  case q.interval_minutes when 60 then '1hour' else cast(q.interval_minutes as text) || 'min' end as interval,
  q.source as source
from intraday_bars r
cross join bar_series q on q.id = r.series_id
cross join securities s on s.id = q.security_id
where (r.series_id, r.t) > (?1, ?2) and r.day between ?3 and ?4
order by r.series_id, r.t
limit ?5

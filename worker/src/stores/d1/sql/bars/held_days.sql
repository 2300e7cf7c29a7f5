-- The days on which ticker ?1 has bars, by series; sessions first, with neither length nor source.
select null as interval_minutes, null as source, count(*) as bars, json_group_array(b.day) as days
from securities x
cross join daily_bars b on b.security_id = x.id
where x.ticker = ?1
union all
select q.interval_minutes, q.source, count(*), json_group_array(distinct b.day)
from securities x
cross join bar_series q on q.security_id = x.id
cross join intraday_bars b on b.series_id = q.id
where x.ticker = ?1
group by q.id

-- What is known of the underlying as a security: splits, dividends and opening prices of the range.
select 'split' as kind, s.ex_day as day, s.ratio as value
from splits s join securities u on u.id = s.security_id
where u.ticker = ?1 and u.version is not null and s.ex_day between ?2 and ?3
union all
select 'dividend', d.ex_day, d.amount
from dividends d join securities u on u.id = d.security_id
where u.ticker = ?1 and u.version is not null and d.ex_day between ?2 and ?3
union all
select 'open', b.day, b.open
from daily_bars b join securities u on u.id = b.security_id
where u.ticker = ?1 and b.open is not null and b.day between ?2 and ?3
order by 2

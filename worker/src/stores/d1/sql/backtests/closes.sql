select b.day, b.close
from daily_bars b join securities u on u.id = b.security_id
where u.ticker = ?1 and b.close is not null and b.day between ?2 and ?3
order by b.day

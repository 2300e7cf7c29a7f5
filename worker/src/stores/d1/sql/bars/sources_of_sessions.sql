-- Who brought the sessions of security ?1 from day ?2 to day ?3.
select distinct p.source
from daily_bars b
cross join publications p on p.version = b.version
where b.security_id = ?1 and b.day between ?2 and ?3
order by p.source

-- What the security ?1 is called, and what it was called before, the latest first: each symbol with the first day on which it was
-- borne, which of the oldest is the day of its listing or of its first bar.
select s.ticker, s.name, (select max(c.day) from ticker_changes c where c.security_id = s.id) as first_day,
       coalesce(s.list_day, (select min(b.day) from daily_bars b where b.security_id = s.id)) as listed_day
from securities s
where s.ticker = ?1 and s.version is not null
union all
select c.ticker, s.name,
       (select max(e.day) from ticker_changes e where e.security_id = c.security_id and e.day < c.day),
       coalesce(s.list_day, (select min(b.day) from daily_bars b where b.security_id = s.id))
from securities s
cross join ticker_changes c on c.security_id = s.id
where s.ticker = ?1 and s.version is not null
order by first_day desc nulls last

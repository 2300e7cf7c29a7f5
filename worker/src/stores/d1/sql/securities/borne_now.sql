-- What the security is called now that was the last to bear symbol ?1, which nobody bears any more.
select s.ticker
from ticker_changes c
cross join securities s on s.id = c.security_id
where c.ticker = ?1 and s.version is not null
  and not exists (select 1 from securities o where o.ticker = ?1 and o.version is not null)
order by c.day desc
limit 1

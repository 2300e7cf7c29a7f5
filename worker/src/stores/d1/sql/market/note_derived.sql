insert into changed_days (batch, kind, day, inserted, changed)
select ?1, 'market_caps', d.day, sum(m.day is null), sum(m.day is not null)
from (select 1 where exists (
  select 1 from market_caps o
  where o.day between (select min(first_day) from affected) and (select max(last_day) from affected))) compared
cross join derived d
left join market_caps m on m.day = d.day and m.security_id = d.security_id
where (case when d.eligible then m.day is null or (d.cap, d.ticker, d.close, d.basis) is not (m.cap, m.ticker, m.close, m.basis)
       else m.day is not null end)
group by d.day

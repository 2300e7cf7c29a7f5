insert into market_caps (day, security_id, cap, ticker, close, basis)
select d.day, d.security_id, d.cap, d.ticker, d.close, d.basis
from derived d
where d.eligible
order by d.day, d.security_id
on conflict (day, security_id) do update
set cap = excluded.cap, ticker = excluded.ticker, close = excluded.close, basis = excluded.basis
where (cap, ticker, close, basis) is not (excluded.cap, excluded.ticker, excluded.close, excluded.basis)

insert into changed_days (batch, kind, day, inserted, changed)
select ?1, 'intraday_bars', day, -sum(prior is null), count(*)
from written
group by day

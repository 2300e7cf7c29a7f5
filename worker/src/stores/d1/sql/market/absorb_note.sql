insert into changed_days (batch, kind, day, inserted, changed)
select ?1, 'daily_bars', b.day, 0, count(*)
from absorbed a
cross join daily_bars b on b.security_id = a.from_id
where true
group by b.day
on conflict (batch, kind, day) do update set changed = changed + excluded.changed

-- Where no session of the staged range holds a bar yet, every staged bar is new: nothing needs comparing.
insert into changed_days (batch, kind, day, inserted, changed)
select ?1, 'daily_bars', d.value->>0, sum(d.value->>1), 0
from staging s
cross join json_each(s.days) d
where s.batch = ?1 and s.kind = 'daily_bars' and not {overlap}
group by d.value->>0

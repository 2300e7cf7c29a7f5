-- How many bars each session holds, after the staged bars of batch ?1.
insert into sessions (day, bars, version)
select c.day, c.inserted, (select version + 1 from data_versions where scope = 'all')
from changed_days c
where c.batch = ?1 and c.kind = 'daily_bars'
on conflict (day) do update set bars = bars + excluded.bars, version = excluded.version

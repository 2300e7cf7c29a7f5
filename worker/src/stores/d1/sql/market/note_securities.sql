-- Counts the staged securities of batch ?1 that change what is known; a delisting counts on its day.
insert into changed_days (batch, kind, day, inserted, changed)
select ?1, 'securities', day, sum(fresh), sum(not fresh)
from (
  select coalesce(i.delist_day, 0) as day, t.version is null as fresh
  from incoming i
  join securities t on t.id = i.id
  where t.version is null or ({merged}) is not ({stored})
)
group by day

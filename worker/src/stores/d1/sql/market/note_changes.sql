-- Counts, by day, the staged rows that will change {table}.
insert into changed_days (batch, kind, day, inserted, changed)
select ?1, '{table}', i.{day}, sum(t.version is null), sum(t.version is not null)
from (select 1 where {overlap}) compared
cross join incoming i
left join {table} t on t.security_id = i.security_id and t.{day} = i.{day}
where (t.version is null or ({stored}) is not ({staged}))
group by i.{day}

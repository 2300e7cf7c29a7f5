-- Fails the batch, by breaking the key, when a month is not at the version that its change was worked out from.
-- ?1: JSON array of {underlying, month, expected, ...}
insert into data_versions (scope, version)
select 'all', 0
from json_each(?1) e
left join chains c on c.underlying = e.value ->> 'underlying' and c.month = e.value ->> 'month'
where coalesce(c.version, 0) <> e.value ->> 'expected'

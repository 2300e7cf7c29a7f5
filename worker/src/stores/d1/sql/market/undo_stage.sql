-- Says which securities and days the publication ?3 can have touched, for the batch ?1 that undoes it.
insert into staging (batch, kind, first_day, last_day, securities, days, row_count, adjusted, rows, created_at)
select ?1, '{table}', p.first_day, p.last_day, p.securities, '[]', 0, 1, '[]', ?2
from publications p
where p.version = ?3

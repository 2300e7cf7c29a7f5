-- Keeps the values that the staged rows will replace in {table}.
insert into {table}_past (security_id, {day}, until_version, {values}, version)
select t.security_id, t.{day}, (select version + 1 from data_versions where scope = 'all'), {stored}, t.version
from (select 1 where exists (select 1 from changed_days c where c.batch = ?1 and c.kind = '{table}' and c.changed > 0)) changing
cross join incoming i
cross join {table} t on t.security_id = i.security_id and t.{day} = i.{day}
where ({stored}) is not ({staged})

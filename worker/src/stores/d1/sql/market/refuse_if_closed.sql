-- Fails the statements beside it, by breaking the key, when nobody holds batch ?1 open any more: it was taken for abandoned, and
-- what was staged before is gone, so that the rest would be half of something.
insert into data_versions (scope, version)
select 'all', 0 where not exists (select 1 from batches where id = ?1)

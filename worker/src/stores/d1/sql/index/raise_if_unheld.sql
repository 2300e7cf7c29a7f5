-- Raises the version of scope ?5 when built sessions of the range are about to be forgotten.
insert into data_versions (scope, version)
select ?5, (select version + 1 from data_versions where scope = 'all')
where exists (
  select 1 from index_sessions
  where index_id = ?1 and day between ?2 and ?3 and day not in (select value from json_each(?4)))
on conflict (scope) do update set version = excluded.version

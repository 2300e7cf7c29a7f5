-- Raises the version of scope ?2 when the build of index ?1 over the days ?3 to ?4 has changed a session.
insert into data_versions (scope, version)
select ?2, (select version + 1 from data_versions where scope = 'all')
where exists (
  select 1 from index_sessions
  where index_id = ?1 and day between ?3 and ?4
    and data_version = (select version + 1 from data_versions where scope = 'all'))
on conflict (scope) do update set version = excluded.version

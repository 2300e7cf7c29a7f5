update data_versions set version = version + 1
where scope = 'all' and exists (
  select 1 from data_versions d
  where d.scope = ?1 and d.version = (select a.version + 1 from data_versions a where a.scope = 'all'))

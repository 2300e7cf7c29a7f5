-- Raises the version of scope ?5 when findings of index ?1 from ?2 to ?3 are about to be forgotten; ?4 JSON array of [day] that stay.
insert into data_versions (scope, version)
select ?5, (select version + 1 from data_versions where scope = 'all')
where exists (
  select 1 from index_findings f
  where f.index_id = ?1 and f.day between ?2 and ?3 and f.day not in (select n.value->>0 from json_each(?4) n))
on conflict (scope) do update set version = excluded.version

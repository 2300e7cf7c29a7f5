-- Raises the version of scope ?3 when what is stored as found by index ?1 is not what is to be stored: ?2, a JSON array of
-- [day, policy, total, findings].
insert into data_versions (scope, version)
select ?3, (select version + 1 from data_versions where scope = 'all')
where exists (
  select 1 from json_each(?2) n
  left join index_findings f on f.index_id = ?1 and f.day = n.value->>0
  where (f.policy, f.total, f.findings) is not (n.value->>1, n.value->>2, n.value->>3))
on conflict (scope) do update set version = excluded.version

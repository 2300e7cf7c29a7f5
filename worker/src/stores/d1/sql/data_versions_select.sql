-- ?1 JSON array of scopes.
select scope, version from data_versions where scope in (select value from json_each(?1))

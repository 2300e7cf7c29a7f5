-- ?1 hash, ?2 owner, ?3 name, ?4 scopes, ?5 now.
insert into api_keys (hash, owner, name, scopes, created_at) values (?1, ?2, ?3, ?4, ?5) returning id

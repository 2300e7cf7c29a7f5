-- ?1 hash.
select id, owner, name, scopes, created_at, revoked_at from api_keys where hash = ?1 and revoked_at is null limit 1

-- ?1 keys before this number, ?2 at most so many.
select id, owner, name, scopes, created_at, revoked_at from api_keys where id < ?1 order by id desc limit ?2

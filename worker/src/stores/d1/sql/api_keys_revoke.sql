-- ?1 id, ?2 now.
update api_keys set revoked_at = coalesce(revoked_at, ?2) where id = ?1 returning hash

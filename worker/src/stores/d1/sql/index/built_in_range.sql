select exists (
  select 1
  from index_sessions b
  where b.index_id = ?1 and b.day between coalesce(?2, -100000) and coalesce(?3, 100000)) as built

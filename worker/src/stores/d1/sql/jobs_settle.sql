-- (slice, attempt) names a claim: a later claim of the same slice has a higher attempt, so a lost lease changes nothing.
-- ?4 status, ?5 slices to go forward, ?6 next_at, ?7 error, ?8 state, ?9 now
update jobs
set status = ?4, slice = slice + ?5, attempt = iif(?5 > 0, 0, attempt), lease_until = 0, next_at = ?6, error = ?7,
  state = ?8, updated_at = ?9
where id = ?1 and slice = ?2 and attempt = ?3 and status = 'open'
returning id

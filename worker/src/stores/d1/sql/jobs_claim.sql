-- One statement, so that of two claimers at most one finds the slice free.
update jobs
set lease_until = ?4, attempt = attempt + 1, updated_at = ?3
where id = ?1 and slice = ?2 and status = 'open'
  -- A row from the future was written before the clock went back: its instants mean nothing.
  and (lease_until <= ?3 and next_at <= ?3 or updated_at > ?3 + 60000)
returning id, kind, spec, state, slice, attempt

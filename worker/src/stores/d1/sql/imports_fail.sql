-- An import whose rows are visible did not fail, whatever its caller believes.
update imports
set status = 'failed', bytes = ?2, error = ?3, touched_at = ?4, finished_at = ?4
where id = ?1 and status = 'receiving'
  and not exists (select 1 from publications where origin = 'import' and origin_id = ?1)

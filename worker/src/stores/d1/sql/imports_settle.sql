-- Whoever published an import and was stopped before saying so: its rows are visible, so it is committed.
update imports
set status = 'committed', error = null, finished_at = ?1,
    data_version = (select max(version) from publications where origin = 'import' and origin_id = imports.id)
where status in ('receiving', 'failed')
  and id in (select origin_id from publications where origin = 'import')
  and touched_at < ?2

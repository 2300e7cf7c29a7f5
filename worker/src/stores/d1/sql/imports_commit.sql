-- The version is the one that the publication of this import has, so a repeated call says the same.
update imports
set status = 'committed', bytes = ?2, accepted = ?3, unchanged = ?4, rejected = ?5, rejections = ?6, unknown_columns = ?7,
    data_version = (select max(version) from publications where origin = 'import' and origin_id = ?1),
    error = null, touched_at = ?8, finished_at = ?8
where id = ?1 and status in ('receiving', 'failed')

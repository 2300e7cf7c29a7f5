-- Only an import that changed nothing: the others are undone together with their rows.
update imports
set status = 'undone', finished_at = ?2
where id = ?1 and status = 'committed' and data_version is null

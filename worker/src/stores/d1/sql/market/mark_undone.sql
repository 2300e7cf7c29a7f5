update imports set status = 'undone', finished_at = ?2
where status = 'committed' and data_version = ?3

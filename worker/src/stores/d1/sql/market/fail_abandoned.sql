update imports
set status = 'failed', error = 'the upload ended before the file did; nothing of it was kept', finished_at = ?2
where status = 'receiving' and touched_at < ?1

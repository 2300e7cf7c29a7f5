update imports set status = 'undone', finished_at = ?2 where id = ?1 and status = 'committed'

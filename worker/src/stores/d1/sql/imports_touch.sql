update imports set touched_at = ?2 where id = ?1 and status = 'receiving'

select count(*) as open from imports where id = ?1 and status = 'receiving'

delete from saved_definitions where owner = ?1 and name = ?2

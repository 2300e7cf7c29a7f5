select name, question, created_at, updated_at from saved_definitions where owner = ?1 and name = ?2

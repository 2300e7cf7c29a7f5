select id from securities where ticker = ?1

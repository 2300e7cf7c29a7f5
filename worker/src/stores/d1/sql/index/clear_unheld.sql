-- Forgets built sessions of the range (?2 to ?3) of index ?1 whose data is no longer held; ?4 JSON array of those that are.
delete from index_sessions
where index_id = ?1 and day between ?2 and ?3 and day not in (select value from json_each(?4))

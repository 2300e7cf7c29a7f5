-- Forgets the members of built sessions of the range (?2 to ?3) of index ?1 whose data is no longer held. Only built sessions have
-- any, so that no member is read where none is forgotten.
delete from index_members
where index_id = ?1
  and day in (select day from index_sessions
              where index_id = ?1 and day between ?2 and ?3 and day not in (select value from json_each(?4)))

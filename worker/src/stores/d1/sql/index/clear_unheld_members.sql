-- Forgets members in the range (?2 to ?3) of index ?1 on sessions that are not built.
delete from index_members
where index_id = ?1 and day between ?2 and ?3 and day not in (select value from json_each(?4))

-- Forgets members that an earlier build left on a session where they are no longer chosen. Only sessions whose count of
-- members is not exactly ?2 can have any, so on most builds nothing is ranked again.
-- `days` of the ranking above is ?1; the caller passes the sessions in question.
delete from index_members
where index_id = ?3 and day in (select value from json_each(?1))
  and (day, security_id) not in (select day, security_id from weighted)

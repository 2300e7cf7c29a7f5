-- Forgets members that an earlier build left on a session where they are no longer chosen. Only sessions whose count of members
-- is not just ?2 can have any, so that on most builds nothing is ranked again.
delete from index_members
where index_id = ?3
  and day in (select day from plan where kept = 1 and in_force = day)
  and day in (select m.day from index_members m where m.index_id = ?3 and m.day in (select day from plan where kept = 1)
              group by m.day having count(*) <> ?2)
  and (day, security_id) not in (select day, security_id from weighted)

-- Likewise between two rebalances.
delete from index_members
where index_id = ?3
  and day in (select day from plan where kept = 1 and in_force <> day)
  and (day, security_id) not in (select day, security_id from carried)

-- Likewise between two rebalances; and those which an earlier build chose on a session that is none any more.
delete from index_members
where index_id = ?3
  and day in (select p.day from plan p
              cross join index_sessions s on s.index_id = ?3 and s.day = p.day
              where p.in_force <> p.day and (s.outdated = 1 or s.method_version <> ?6 or {again}))
  and (day, security_id) not in (select day, security_id from carried)

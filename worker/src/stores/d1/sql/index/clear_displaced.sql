-- Forgets members that an earlier build left on a session where they are no longer chosen. Only sessions whose inputs have
-- changed since, or that another method built, can have any, so that on most builds nothing is ranked again. Only the sessions
-- of the plan are looked up: a plain join may begin with all of the index.
delete from index_members
where index_id = ?3
  and day in (select p.value->>0 from json_each(?4) p
              cross join index_sessions s on s.index_id = ?3 and s.day = p.value->>0
              where p.value->>3 = p.value->>0 and (s.outdated = 1 or s.method_version <> ?6 or {again}))
  and (day, security_id) not in (select day, security_id from weighted)

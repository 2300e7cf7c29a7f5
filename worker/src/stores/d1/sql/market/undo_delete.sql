delete from {table}
where version = ?3
  and security_id in (select e.value from publications p cross join json_each(p.securities) e where p.version = ?3)

delete from index_findings
where index_id = ?1 and day between ?2 and ?3 and day not in (select n.value->>0 from json_each(?4) n)

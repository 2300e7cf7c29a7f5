select day, policy, total, findings from index_findings where index_id = ?1 and day between ?2 and ?3 order by day

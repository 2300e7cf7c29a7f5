select day from sessions where day between ?1 and ?2 order by day

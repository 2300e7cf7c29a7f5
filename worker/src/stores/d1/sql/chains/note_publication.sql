insert into publications (version, origin, origin_id, source, securities, at)
select version + 1, ?1, ?2, ?3, '[]', ?4 from data_versions where scope = 'all'

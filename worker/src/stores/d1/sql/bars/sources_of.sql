-- The sources of some publications. ?1 JSON array of versions.
select distinct source from publications where version in (select value from json_each(?1)) order by source

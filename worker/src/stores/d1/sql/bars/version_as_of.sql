-- The last publication before an instant.
select version from publications where at < ?1 order by version desc limit 1

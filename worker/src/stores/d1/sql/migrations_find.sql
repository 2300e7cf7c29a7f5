-- ?1 file name.
select 1 from d1_migrations where name = ?1 limit 1

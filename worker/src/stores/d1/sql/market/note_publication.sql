insert into publications (version, origin, origin_id, source, first_day, last_day, securities, at)
select (select version + 1 from data_versions where scope = 'all'), b.origin, b.origin_id, b.source,
       (select min(first_day) from staging where batch = ?1), (select max(last_day) from staging where batch = ?1),
       (select json_group_array(distinct e.value) from staging s cross join json_each(s.securities) e where s.batch = ?1), ?2
from batches b
where b.id = ?1 and exists (select 1 from changed_days where batch = ?1)

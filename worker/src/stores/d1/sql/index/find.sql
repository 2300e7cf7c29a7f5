select i.*,
       (select min(day) from index_sessions s where s.index_id = i.id) as first_day,
       (select max(day) from index_sessions s where s.index_id = i.id) as last_day
from indices i
where i.slug = ?1

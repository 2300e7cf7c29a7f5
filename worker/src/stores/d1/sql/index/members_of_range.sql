-- The members of the built sessions of a range, each session's as one JSON array. From the sessions to their members: asked the other
-- way round, whether a session is built, SQLite reads all members from the range to the end.
select (
         select json_group_array(json_array(m.day, m.rank, s.ticker, s.name, s.sector, m.weight, m.price, m.cap) order by m.rank)
         from index_members m
         join securities s on s.id = m.security_id
         where m.index_id = b.index_id and m.day = b.day) as list
from index_sessions b
where b.index_id = ?1 and b.day between ?2 and ?3
order by b.day

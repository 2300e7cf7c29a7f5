-- The built sessions of a range, each with its members by rank as one JSON array of [security, weight, price, cap]: a row each
-- would cost more to bring over than everything that is computed from them.
select s.day, s.return_value, s.bridged_return, (
         select json_group_array(json_array(m.security_id, m.weight, m.price, m.cap))
         from (
           select o.security_id, o.weight, o.price, o.cap
           from index_members o
           where o.index_id = ?1 and o.day = s.day
           order by o.rank) m) as members
from index_sessions s
where s.index_id = ?1 and s.day between ?2 and ?3
order by s.day

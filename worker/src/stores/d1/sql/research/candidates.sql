-- The built sessions of a range, each with the first ?4 of the ranking by line and those of the securities in ?5 that can be
-- chosen, as one JSON array of [security, cap, close] in order of rank.
select s.day, (
         select json_group_array(json_array(l.security_id, l.cap, l.close))
         from (
           select t.security_id, t.cap, t.close, t.ticker
           from (
             select c.security_id, c.cap, c.close, c.ticker
             from market_caps c indexed by market_caps_ranking
             where c.day = s.day
             order by c.cap desc, c.ticker
             limit ?4) t
           union
           select p.security_id, p.cap, p.close, p.ticker
           from json_each(?5) w
           cross join market_caps p on p.day = s.day and p.security_id = w.value
           order by 2 desc, 4) l) as list
from index_sessions s
where s.index_id = ?1 and s.day between ?2 and ?3
order by s.day

-- What is known of the securities in ?1 (JSON array of ids): who they are, and their bars from ?2 to ?3 as one JSON array of
-- [day, close, volume].
select s.id, s.ticker, s.name, s.sector, s.delist_day, s.delisting_price, (
         select json_group_array(json_array(b.day, b.close, b.volume))
         from (
           select o.day, o.close, o.volume
           from daily_bars o
           where o.security_id = s.id and o.day between ?2 and ?3
           order by o.day) b) as bars
from json_each(?1) w
cross join securities s on s.id = w.value
order by s.id

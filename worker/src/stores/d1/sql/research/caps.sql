-- The market caps of the securities in ?1 from ?2 to ?3, each security's as one JSON array of [day, cap].
select w.value as id, (
         select json_group_array(json_array(c.day, c.cap))
         from (
           select b.day, o.cap
           from daily_bars b
           cross join market_caps o on o.day = b.day and o.security_id = b.security_id
           where b.security_id = w.value and b.day between ?2 and ?3
           order by b.day) c) as caps
from json_each(?1) w
order by w.value

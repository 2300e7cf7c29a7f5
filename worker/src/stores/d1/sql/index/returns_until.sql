-- The returns of the built sessions up to a day as JSON arrays, some years in each.
select json_group_array(json_array(b.day, b.return_value, b.bridged_return, b.outdated) order by b.day) as list
from index_sessions b
where b.index_id = ?1 and b.day <= ?2
group by b.day / 2000
order by b.day / 2000

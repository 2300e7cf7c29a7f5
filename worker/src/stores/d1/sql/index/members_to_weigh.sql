-- The members chosen at each of the ranked sessions, as one JSON array of [security, price, cap] by rank.
select day, json_group_array(json_array(security_id, price, cap) order by rank) as members
from weighted
group by day
order by day

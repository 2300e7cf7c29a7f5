-- The ranking of each given session as far down as a member may fall and stay, as one JSON array of [security, cap, close].
select day, json_group_array(json_array(security_id, cap, close) order by place) as list
from ranked
where place <= ?2 + ?8
group by day
order by day

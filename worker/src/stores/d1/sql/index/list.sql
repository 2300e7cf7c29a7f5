select i.*, min(s.day) as first_day, max(s.day) as last_day, count(s.day) as sessions, sum(s.outdated) as outdated
from indices i
left join index_sessions s on s.index_id = i.id
group by i.id
order by i.slug

-- Who came and went on the built sessions of a range, each session's as one JSON array.
select json_group_array(json_array(b.day, b.turnover, b.outdated, c.value->>0, s.ticker, s.name, c.value->>2, c.value->>3, c.value->>4,
         c.value->>5) order by c.key) as list
from index_sessions b
cross join json_each(b.changes) c
join securities s on s.id = c.value->>1
where b.index_id = ?1 and b.day between coalesce(?2, -100000) and coalesce(?3, 100000)
group by b.day
order by b.day

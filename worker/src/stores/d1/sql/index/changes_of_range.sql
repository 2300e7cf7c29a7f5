select b.day, b.turnover, b.outdated, c.value->>0 as action, s.ticker, s.name, c.value->>2 as rank,
       c.value->>3 as previous_rank, c.value->>4 as cap, c.value->>5 as reason
from index_sessions b
cross join json_each(b.changes) c
join securities s on s.id = c.value->>1
where b.index_id = ?1 and b.day between coalesce(?2, -100000) and coalesce(?3, 100000)
order by b.day, c.key

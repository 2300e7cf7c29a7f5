select m.day, m.rank, s.ticker, s.name, s.sector, m.weight, m.price, m.cap
from index_members m
join securities s on s.id = m.security_id
where m.index_id = ?1 and m.day between ?2 and ?3
  and exists (select 1 from index_sessions b where b.index_id = ?1 and b.day = m.day)
order by m.day, m.rank

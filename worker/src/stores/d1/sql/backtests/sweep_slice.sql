select s.id, s.name, s.grid, s.created_at,
  (select count(*) from backtests b where b.sweep_id = s.id) as runs,
  (select count(*) from backtests b where b.sweep_id = s.id and b.status not in ('queued', 'running')) as ended
from sweeps s
where s.id < ?1 and s.id > ?2 and s.owner = ?4
order by s.id {order}
limit ?3

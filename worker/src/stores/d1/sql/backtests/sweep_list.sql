select s.id, s.name, s.grid, s.created_at,
  (select count(*) from backtests b where b.sweep_id = s.id) as runs,
  (select count(*) from backtests b where b.sweep_id = s.id and b.status not in ('queued', 'running')) as ended
from sweeps s
where s.owner = ?1 and s.id < ?2 and (?4 is null or s.id = ?4)
order by s.id desc
limit ?3

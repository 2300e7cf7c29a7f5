-- The job of the run that was just added; nothing where it was not, since every run before it has its job.
insert into jobs (kind, key, spec, next_at, created_at, updated_at)
select 'backtest', cast(b.id as text), json_object('backtest', b.id), ?1, ?1, ?1
from backtests b
where b.id = (select max(id) from backtests) and b.status = 'queued'
  and not exists (select 1 from jobs j where j.kind = 'backtest' and j.key = cast(b.id as text))
returning id

-- Before the run is concluded, and only then: a run is called in once.
insert into jobs (kind, key, spec, next_at, created_at, updated_at)
select 'webhook', cast(id as text), json_object('backtest', id), ?2, ?2, ?2
from backtests
where id = ?1 and status in ('queued', 'running') and callback_url is not null
on conflict (kind, key) where status = 'open' do nothing

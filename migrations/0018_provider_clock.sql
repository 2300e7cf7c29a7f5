-- A provider's next slot is an instant of the clock that set it. Where that clock is found to have gone back, what was left to wait
-- then is left to wait now: kept as it is, a slot hours ahead would stop the provider for hours.
alter table provider_budgets add column set_at integer not null default 0;

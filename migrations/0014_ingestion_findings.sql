-- What a run found suspicious about rows that it stored: a JSON array of {ticker, day, kind, detail}, the first 100.
alter table ingestion_runs add column findings text not null default '[]';

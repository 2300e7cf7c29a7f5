-- How many members moved by more than half from the session before, restated for splits: a bad price enters no index unseen.
alter table index_sessions add column jumps integer not null default 0;

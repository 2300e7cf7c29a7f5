-- One row a run. Its trades and equity are objects in file storage (`backtests/<id>/`), not rows.
create table backtests (
  id              integer primary key,
  owner           text    not null,
  -- What its owner sent to make a repeated request harmless; null when nothing was sent.
  idempotency_key text,
  -- SHA-256 of the body that came with it.
  request_hash    text    not null,
  -- queued | running | succeeded | failed | cancelled
  status          text    not null default 'queued',
  -- The strategy in its one spelling, JSON.
  strategy        text    not null,
  name            text,
  underlying      text    not null,
  -- JSON array of words.
  tags            text    not null default '[]',
  sweep_id        integer,
  -- JSON object of what a sweep varied.
  varied          text,
  -- Sessions of the range, once they are known, and how many are done.
  sessions        integer not null default 0,
  sessions_done   integer not null default 0,
  first_day       integer,
  last_day        integer,
  -- The last session done, and the equity then.
  at_day          integer,
  equity          real,
  -- JSON of what came out: statistics, quality of the data, attribution.
  report          text,
  error_code      text,
  error           text,
  engine_version  text,
  plan_hash       text,
  data_hash       text,
  results_hash    text,
  -- SHA-256 of the token that lets others read it.
  share_hash      text,
  callback_url    text,
  -- The key that signs the callback; never shown.
  callback_secret text,
  -- pending | delivered | failed
  callback_status text,
  created_at      integer not null,
  started_at      integer,
  finished_at     integer
) strict;

create unique index backtests_one_a_key on backtests (owner, idempotency_key) where idempotency_key is not null;
-- The list of an owner, latest first.
create index backtests_of_owner on backtests (owner, id);
create index backtests_of_sweep on backtests (sweep_id) where sweep_id is not null;

-- Runs of one strategy over a grid of parameters.
create table sweeps (
  id         integer primary key,
  owner      text    not null,
  idempotency_key text,
  request_hash    text not null,
  name       text,
  -- JSON object: path of a field → values.
  grid       text    not null,
  created_at integer not null
) strict;

create unique index sweeps_one_a_key on sweeps (owner, idempotency_key) where idempotency_key is not null;

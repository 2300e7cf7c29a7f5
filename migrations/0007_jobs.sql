-- Durable work. A queue message only says "look": what is to be done, by whom and from where is here.
create table jobs (
  id          integer primary key,
  kind        text    not null,
  -- Two open jobs of one kind never share a key.
  key         text    not null,
  spec        text    not null,
  state       text    not null default '',
  -- open | done | failed
  status      text    not null default 'open',
  slice       integer not null default 0,
  attempt     integer not null default 0,
  -- A claimed slice belongs to its claimer until then; 0 = free.
  lease_until integer not null default 0,
  next_at     integer not null default 0,
  error       text,
  created_at  integer not null,
  updated_at  integer not null
) strict;

create unique index jobs_one_open on jobs (kind, key) where status = 'open';
-- What the tick of every minute asks.
create index jobs_due on jobs (next_at) where status = 'open';

-- One row a run: what was asked of which provider and what came of it.
create table ingestion_runs (
  id           integer primary key,
  job_id       integer not null unique,
  provider     text    not null,
  first_day    integer not null,
  last_day     integer not null,
  -- running | succeeded | failed
  status       text    not null,
  requests     integer not null default 0,
  inserted     integer not null default 0,
  changed      integer not null default 0,
  unchanged    integer not null default 0,
  rejected     integer not null default 0,
  -- JSON array of {line, reason}, the first 100.
  rejections   text    not null default '[]',
  -- JSON array of days that should hold data and do not.
  gaps         text    not null default '[]',
  data_version integer,
  -- JSON array of the days as of which share counts were asked for; the next run does not ask again within a week.
  shares_days  text    not null default '[]',
  error_code   text,
  error        text,
  started_at   integer not null,
  finished_at  integer
) strict;

-- The earliest instant at which a provider may be asked again: its documented rate, shared by all isolates.
create table provider_budgets (
  provider text    not null primary key,
  next_at  integer not null
) strict, without rowid;

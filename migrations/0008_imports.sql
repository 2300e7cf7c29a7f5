-- One row a file.
create table imports (
  id               integer primary key,
  kind             text    not null,
  owner            text    not null,
  -- receiving | committed | failed | undone
  status           text    not null,
  bytes            integer not null default 0,
  accepted         integer not null default 0,
  unchanged        integer not null default 0,
  rejected         integer not null default 0,
  -- JSON array of {line, reason}, the first 100.
  rejections       text    not null default '[]',
  -- JSON array of the columns that the file has and the kind does not know.
  unknown_columns  text    not null default '[]',
  -- The version that its rows carry; null when it changed nothing.
  data_version     integer,
  error            text,
  created_at       integer not null,
  -- When its last piece came; an abandoned upload is swept by this.
  touched_at       integer not null,
  finished_at      integer
) strict;

create index imports_by_version on imports (data_version) where data_version is not null;

-- Every publication of market data, by its version: who made it and which rows it can have touched. Undoing an import looks
-- there and nowhere else.
create table publications (
  version    integer primary key,
  -- import | ingestion | undo
  origin     text    not null,
  origin_id  integer not null,
  source     text    not null,
  first_day  integer,
  last_day   integer,
  -- JSON array of security ids.
  securities text    not null,
  at         integer not null
) strict;

-- Pieces of at most 1 MB of JSON rows of a batch that is not visible yet.
create table staging (
  id         integer primary key,
  batch      integer not null,
  kind       text    not null,
  first_day  integer,
  last_day   integer,
  -- JSON array of the security ids in the rows.
  securities text    not null,
  -- JSON array of [day, number of rows].
  days       text    not null,
  row_count  integer not null,
  -- 1 when a row has an adj_close, from which splits may be implied.
  adjusted   integer not null,
  -- JSON array of row arrays, in the column order of the kind's table.
  rows       text    not null,
  created_at integer not null
) strict;

create index staging_by_batch on staging (batch, kind);

-- The days that a batch changes, worked out while it is being published; empty otherwise.
create table changed_days (
  batch    integer not null,
  -- The table that changed; market_caps where only derived values did.
  kind     text    not null,
  day      integer not null,
  inserted integer not null,
  changed  integer not null,
  primary key (batch, kind, day)
) strict, without rowid;

-- Batch numbers, so that imports and ingestion slices never share one.
create table batches (
  id         integer primary key,
  -- import | ingestion
  origin     text    not null,
  origin_id  integer not null,
  source     text    not null,
  touched_at integer not null
) strict;

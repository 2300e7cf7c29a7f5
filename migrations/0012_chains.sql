-- The warehouse of option chains: which object in file storage counts for a month of an underlying. An object is never
-- overwritten, so what a row of chains_past names can still be read.
create table chains (
  underlying text    not null,
  -- Months since January of year 0.
  month      integer not null,
  -- The publication that made this object count.
  version    integer not null,
  object_key text    not null,
  -- SHA-256 of the object.
  hash       text    not null,
  bytes      integer not null,
  row_count  integer not null,
  first_day  integer not null,
  last_day   integer not null,
  -- From and to, bytes: where in the object the Parquet metadata is.
  metadata_start integer not null,
  metadata_end   integer not null,
  -- JSON array of [day, rows, crossed, locked, without a bid, first byte, byte after the last], one a session.
  sessions   text    not null,
  source     text    not null,
  primary key (underlying, month)
) strict, without rowid;

-- What a publication replaced, by the publication that did: undoing an import and repeating a run look here.
create table chains_past (
  underlying text    not null,
  month      integer not null,
  replaced_by integer not null,
  version    integer not null,
  object_key text    not null,
  hash       text    not null,
  bytes      integer not null,
  row_count  integer not null,
  first_day  integer not null,
  last_day   integer not null,
  metadata_start integer not null,
  metadata_end   integer not null,
  sessions   text    not null,
  source     text    not null,
  primary key (underlying, month, replaced_by)
) strict, without rowid;

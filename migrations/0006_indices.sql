-- A defined index. The slug says everything about it; two definitions never share one.
create table indices (
  id            integer primary key,
  slug          text    not null unique,
  owner         text    not null,
  top_n         integer not null,
  weighting     text    not null,
  rebalance     text    not null,
  return_type   text    not null,
  share_classes text    not null,
  buffer        integer not null,
  -- JSON array of tickers, or null for the whole market.
  universe      text,
  -- Brought up to date by the cron after ingestion.
  auto_build    integer not null,
  created_at    integer not null
) strict;

-- One built session of one index.
-- return_value is the session's return, null where no data of the session before is held; bridged_return counts the last
-- held session before it instead. base_day is the session whose members and weights earned it: a change of any value from
-- base_day to day makes the row outdated. changes is a JSON array of entries and exits.
create table index_sessions (
  index_id       integer not null,
  day            integer not null,
  prev_day       integer,
  base_day       integer,
  return_value   real,
  bridged_return real,
  turnover       real    not null,
  constituents   integer not null,
  stale_prices   integer not null,
  changes        text    not null,
  data_version   integer not null,
  method_version integer not null,
  inputs_hash    text    not null,
  outdated       integer not null default 0,
  built_at       integer not null,
  primary key (index_id, day)
) strict, without rowid;

-- The members chosen at the close of a session, effective the next one. The key is by security, not by rank: whether a
-- member stays is asked once for each member and session of a build.
create table index_members (
  index_id    integer not null,
  day         integer not null,
  security_id integer not null,
  rank        integer not null,
  weight      real    not null,
  -- The raw close, or the last one before it where the member did not trade.
  price       real    not null,
  cap         real    not null,
  primary key (index_id, day, security_id)
) strict, without rowid;

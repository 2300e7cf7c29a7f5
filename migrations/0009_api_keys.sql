-- Only the SHA-256 of a key is kept, so a copy of this table opens nothing.
create table api_keys (
  id         integer primary key,
  hash       text    not null unique,
  owner      text    not null,
  name       text    not null,
  -- Space-separated: read ingest build stream backtest admin.
  scopes     text    not null,
  created_at integer not null,
  revoked_at integer
) strict;

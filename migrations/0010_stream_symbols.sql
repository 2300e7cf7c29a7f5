-- Which streams exist. Their points and counts are in one Durable Object a symbol; a namespace cannot list its objects.
create table stream_symbols (
  -- Pages of the list are cut by it, newest first.
  id         integer primary key autoincrement,
  symbol     text    not null unique,
  created_at integer not null
) strict;

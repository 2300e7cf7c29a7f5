-- Raw prices of a session, as traded that day, quote currency per share; volume in shares.
-- adj_close is the source's own split-adjusted close; it is used only to find a split that the split table lacks.
create table daily_bars (
  security_id integer not null,
  day         integer not null,
  open        real,
  high        real,
  low         real,
  close       real    not null check (close > 0),
  adj_close   real,
  volume      real,
  version     integer not null,
  primary key (security_id, day)
) strict, without rowid;

create table daily_bars_past (
  security_id   integer not null,
  day           integer not null,
  until_version integer not null,
  open          real,
  high          real,
  low           real,
  close         real    not null,
  adj_close     real,
  volume        real,
  version       integer not null,
  primary key (security_id, day, until_version)
) strict, without rowid;

-- How many bars each session holds: which sessions exist at all is asked on every build and by the coverage page.
create table sessions (
  day     integer primary key,
  bars    integer not null,
  version integer not null
) strict;

-- New shares per old share, from the first session that trades on the new basis.
create table splits (
  security_id integer not null,
  ex_day      integer not null,
  ratio       real    not null check (ratio > 0),
  version     integer not null,
  primary key (security_id, ex_day)
) strict, without rowid;

create table splits_past (
  security_id   integer not null,
  ex_day        integer not null,
  until_version integer not null,
  ratio         real    not null,
  version       integer not null,
  primary key (security_id, ex_day, until_version)
) strict, without rowid;

-- Cash per share on the share basis of the ex-date.
create table dividends (
  security_id integer not null,
  ex_day      integer not null,
  amount      real    not null check (amount > 0),
  version     integer not null,
  primary key (security_id, ex_day)
) strict, without rowid;

create table dividends_past (
  security_id   integer not null,
  ex_day        integer not null,
  until_version integer not null,
  amount        real    not null,
  version       integer not null,
  primary key (security_id, ex_day, until_version)
) strict, without rowid;

-- Derived from splits and from daily_bars.adj_close, rewritten with them: the splits that returns and share counts apply.
-- implied = 1: no split record explains why the source's adjusted close moved against its raw close.
create table splits_in_force (
  security_id integer not null,
  ex_day      integer not null,
  ratio       real    not null check (ratio > 0),
  implied     integer not null,
  primary key (security_id, ex_day)
) strict, without rowid;

-- Which securities split or pay in a range of sessions: asked once a build.
create index splits_in_force_by_day on splits_in_force (ex_day);
create index dividends_by_day on dividends (ex_day);

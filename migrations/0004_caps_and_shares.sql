-- A market cap as its source published it for a session; it precedes one computed from shares. 0 = "not eligible".
create table reported_caps (
  security_id integer not null,
  day         integer not null,
  cap         real    not null,
  version     integer not null,
  primary key (security_id, day)
) strict, without rowid;

create table reported_caps_past (
  security_id   integer not null,
  day           integer not null,
  until_version integer not null,
  cap           real    not null,
  version       integer not null,
  primary key (security_id, day, until_version)
) strict, without rowid;

-- Shares outstanding by the day from which they were known, on the share basis of that day.
create table shares (
  security_id integer not null,
  as_of       integer not null,
  shares      real    not null check (shares > 0),
  version     integer not null,
  primary key (security_id, as_of)
) strict, without rowid;

create table shares_past (
  security_id   integer not null,
  as_of         integer not null,
  until_version integer not null,
  shares        real    not null,
  version       integer not null,
  primary key (security_id, as_of, until_version)
) strict, without rowid;

-- Derived from shares and splits, rewritten with them: the count in force from a day on, restated for the splits between
-- the day it was known and the day it is used. assumed = 1 before the first known count.
create table shares_in_force (
  security_id integer not null,
  from_day    integer not null,
  shares      real    not null,
  assumed     integer not null,
  primary key (security_id, from_day)
) strict, without rowid;

-- Derived from daily_bars with reported_caps or shares_in_force, rewritten with them: who can be chosen at a session's
-- close, under which symbol, and its raw close. basis: 0 reported, 1 shares known that day, 2 shares assumed.
create table market_caps (
  day         integer not null,
  security_id integer not null,
  cap         real    not null check (cap > 0),
  ticker      text    not null,
  close       real    not null,
  basis       integer not null,
  primary key (day, security_id)
) strict, without rowid;

-- The ranking itself: the top N of a session read N rows of this, already in order, and nothing else.
create index market_caps_ranking on market_caps (day, cap desc, ticker, close);

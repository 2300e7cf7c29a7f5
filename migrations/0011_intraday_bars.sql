-- Bars within a session, raw, each under the source that delivered it: two sources never overwrite each other.
-- A series is the bars of one security, of one length, from one source. Its id keeps the key of a bar short.
create table bar_series (
  security_id      integer not null,
  interval_minutes integer not null,
  source           text    not null,
  id               integer not null unique,
  primary key (security_id, interval_minutes, source)
) strict, without rowid;

-- t is the start of the bar in Unix milliseconds. day, minute and extended follow from it: the civil day and the minute of
-- that day in New York, and whether the bar lies wholly outside the regular session. They are kept so that longer bars are
-- made in SQL on the exchange's wall clock.
create table intraday_bars (
  series_id integer not null,
  t         integer not null,
  day       integer not null,
  minute    integer not null,
  extended  integer not null,
  open      real    not null,
  high      real    not null,
  low       real    not null,
  close     real    not null check (close > 0),
  volume    real,
  vwap      real,
  trades    real,
  version   integer not null,
  primary key (series_id, t)
) strict, without rowid;

create table intraday_bars_past (
  series_id     integer not null,
  t             integer not null,
  until_version integer not null,
  day           integer not null,
  minute        integer not null,
  extended      integer not null,
  open          real    not null,
  high          real    not null,
  low           real    not null,
  close         real    not null,
  volume        real,
  vwap          real,
  trades        real,
  version       integer not null,
  primary key (series_id, t, until_version)
) strict, without rowid;

-- Raised by every publication of market data, `market` only by those that an index could depend on: hourly bars that come in
-- while an index is built do not make it plan anew.
insert into data_versions (scope, version) values ('bars', 0);

-- Which sources have ever published: an answer names its source, and almost always there is one.
create index publications_by_source on publications (source, version);

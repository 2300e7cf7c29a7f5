-- A security is its number; its symbol is what it is called at present (`securities.ticker`). These are the symbols that it had before,
-- each with the day on which the next one began: rows of a file that are older belong to whoever had their symbol then.
create table ticker_changes (
  security_id integer not null,
  day         integer not null,
  ticker      text    not null,
  version     integer not null,
  primary key (security_id, day)
) strict, without rowid;

create index ticker_changes_by_ticker on ticker_changes (ticker, day);

create table ticker_changes_past (
  security_id   integer not null,
  day           integer not null,
  until_version integer not null,
  ticker        text    not null,
  version       integer not null,
  primary key (security_id, day, until_version)
) strict, without rowid;

-- A listed line. The id is the identity; the ticker is only the symbol it trades under at present.
-- version is null while only a staged batch has named the ticker: such a row is invisible and may be taken over by any
-- later batch. kind is the source's instrument type; only 'CS' (or null: unknown) may enter an index.
-- issuer is shared by all lines of one company. Days are numbers since 1970-01-01 everywhere in this database.
create table securities (
  id              integer primary key,
  ticker          text    not null,
  name            text,
  sector          text,
  exchange        text,
  kind            text,
  issuer          text,
  share_class     text,
  list_day        integer,
  delist_day      integer,
  -- What a holder received per share when the listing ended, quote currency.
  delisting_price real,
  version         integer
) strict;

create unique index securities_one_ticker on securities (ticker);
-- Needed to find the other lines of a company (share_classes = company); almost every issuer has one line only.
create index securities_by_issuer on securities (issuer) where issuer is not null;

-- Each value that a later publication replaced: it was valid from `version` until `until_version`.
create table securities_past (
  id              integer not null,
  until_version   integer not null,
  ticker          text    not null,
  name            text,
  sector          text,
  exchange        text,
  kind            text,
  issuer          text,
  share_class     text,
  list_day        integer,
  delist_day      integer,
  delisting_price real,
  version         integer,
  primary key (id, until_version)
) strict, without rowid;

-- The version of each scope of stored data. `all` counts every publication; the other scopes (`market`, `index:<slug>`,
-- `chains:<underlying>`) hold the value of `all` at their own last publication, so versions of different scopes compare.
-- A row written by a publication carries its version; who made it is found in ingestion_runs or imports by that number.
create table data_versions (
  scope   text    not null primary key,
  version integer not null
) strict, without rowid;

insert into data_versions (scope, version) values ('all', 0), ('market', 0);

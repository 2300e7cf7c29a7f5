-- What-if questions that their owner keeps under a name: a changed index, or holdings of one's own.
create table saved_definitions (
  owner      text    not null,
  name       text    not null,
  -- The question as the API takes it, without dates, as JSON.
  question   text    not null,
  created_at integer not null,
  updated_at integer not null,
  primary key (owner, name)
) strict, without rowid;

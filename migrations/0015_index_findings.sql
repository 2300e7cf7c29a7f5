-- What is made of suspicious data: indices whose market caps are repaired, and what a build found suspicious.
-- Two indices that differ in this alone may have other members, so it is part of what an index is.
alter table indices add column repairs_caps integer not null default 0;

-- What the build that made a session found suspicious about it; no row where it did not look.
create table index_findings (
  index_id integer not null,
  day      integer not null,
  -- flag | block | repair
  policy   text    not null,
  -- How many there are; findings holds the first of them, as the JSON array that the API shows.
  total    integer not null,
  findings text    not null,
  primary key (index_id, day)
) strict, without rowid;

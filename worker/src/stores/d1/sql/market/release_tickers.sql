-- Symbols that change hands within batch ?1 are free for a moment, whoever is written first.
update securities
set ticker = '~' || id
where id in (
  select i.value->>0 from staging s cross join json_each(s.rows) i
  where s.batch = ?1 and s.kind = 'securities' and i.value->>10 is not null)

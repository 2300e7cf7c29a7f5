-- Who becomes part of whom in batch ?1: what was staged so, and whoever has a symbol that is given away while nothing of it is visible.
with absorbed as materialized (
  select r.value->>0 as into_id, r.value->>1 as from_id
  from staging s
  cross join json_each(s.rows) r
  where s.batch = ?1 and s.kind = 'absorbed'
  union
  select i.value->>0, n.id
  from staging s
  cross join json_each(s.rows) i
  cross join securities n on n.ticker = i.value->>10 and n.version is null and n.id <> i.value->>0
  where s.batch = ?1 and s.kind = 'securities' and i.value->>10 is not null
)

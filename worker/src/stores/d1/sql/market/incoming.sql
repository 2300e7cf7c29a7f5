-- The staged rows of batch ?1 for {table}, typed.
with incoming as (
  select {typed}
  from staging s
  cross join json_each(s.rows) r
  where s.batch = ?1 and s.kind = '{table}'
)

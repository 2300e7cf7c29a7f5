-- The members before the first session of the range, as chosen that day.
, before as materialized (
  select day, security_id, rank, weight, price, cap from weighted
  where day < (select min(day) from plan where kept = 1)
)

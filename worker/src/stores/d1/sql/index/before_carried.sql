-- The members before the first session of the range, as chosen that day or carried to it.
, before as materialized (
  select day, security_id, rank, weight, price, cap from weighted
  where day < (select min(day) from plan where kept = 1)
  union all
  select day, security_id, rank, weight, price, cap from carried where kept = 0
)

weighted as (
  select day, security_id, rank, 1.0 / places as weight, close as price, cap from chosen
)

weighted as (
  select day, security_id, rank, cap / sum(cap) over (partition by day) as weight, close as price, cap from chosen
)

-- The members: the first ?2 of the ranking.
chosen as (
  select day, security_id, place as rank, places, cap, close from ranked where place <= ?2
)

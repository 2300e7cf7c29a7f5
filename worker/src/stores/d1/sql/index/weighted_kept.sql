weighted as (
  select c.day, c.security_id, c.rank, coalesce((
           select m.weight from index_members m
           where m.index_id = ?3 and m.day = c.day and m.security_id = c.security_id), 1.0 / c.places) as weight,
         c.close as price, c.cap
  from chosen c
)

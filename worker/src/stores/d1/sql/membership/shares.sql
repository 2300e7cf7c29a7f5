-- Every share count of ticker ?1 that was ever stored, by the day from which it was known, with who said so and when; ?2: as at this
-- data version, or null for all.
select c.as_of, c.shares, c.version, c.until_version, p.source, p.at as stored_at, q.at as replaced_at
from (
  select h.security_id, h.as_of, h.shares, h.version, null as until_version
  from securities s
  cross join shares h on h.security_id = s.id
  where s.ticker = ?1
  union all
  select h.security_id, h.as_of, h.shares, h.version, h.until_version
  from securities s
  cross join shares_past h on h.security_id = s.id
  where s.ticker = ?1
) c
left join publications p on p.version = c.version
left join publications q on q.version = c.until_version
where ?2 is null or (c.version <= ?2 and coalesce(c.until_version, ?2 + 1) > ?2)
order by c.as_of, c.version

delete from market_caps
where (day, security_id) in (
  select d.day, d.security_id
  from (select 1 where exists (
    select 1 from changed_days c where c.batch = ?1 and c.kind = 'market_caps' and c.changed > 0)) changing
  cross join derived d
  where not d.eligible)

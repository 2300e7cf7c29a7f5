delete from market_caps
where (day, security_id) in (select d.day, d.security_id from derived d where not d.eligible)
  and exists (select 1 from changed_days c where c.batch = ?1 and c.kind = 'market_caps' and c.changed > 0)

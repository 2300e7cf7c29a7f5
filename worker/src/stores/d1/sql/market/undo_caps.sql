-- Bars that go take their place in the ranking with them; those that stay get it again from what is derived next.
delete from market_caps
where (day, security_id) in (
  select t.day, t.security_id
  from publications p
  cross join json_each(p.securities) e
  cross join daily_bars t on t.security_id = e.value
  where p.version = ?3 and t.version = ?3)

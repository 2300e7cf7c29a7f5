delete from intraday_bars
where version = ?3 and series_id in (
  select q.id
  from publications p
  cross join json_each(p.securities) e
  cross join bar_series q on q.security_id = e.value
  where p.version = ?3)

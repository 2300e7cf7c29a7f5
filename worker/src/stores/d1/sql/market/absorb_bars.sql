update or ignore {table}
set series_id = (
  select m.id
  from absorbed a
  cross join bar_series q on q.security_id = a.from_id
  cross join bar_series m on m.security_id = a.into_id and m.interval_minutes = q.interval_minutes and m.source = q.source
  where q.id = series_id)
where series_id in (
  select q.id
  from absorbed a
  cross join bar_series q on q.security_id = a.from_id
  cross join bar_series m on m.security_id = a.into_id and m.interval_minutes = q.interval_minutes and m.source = q.source)

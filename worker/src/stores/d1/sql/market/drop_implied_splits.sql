affected as (
  select distinct e.value as security_id
  from staging s cross join json_each(s.securities) e
  where s.batch = ?1 and s.kind = 'daily_bars' and s.adjusted = 1
)
delete from splits_in_force
where implied = 1 and security_id in (select security_id from affected)
  and ex_day between (select first_day from span) and (select last_day + 14 from span)

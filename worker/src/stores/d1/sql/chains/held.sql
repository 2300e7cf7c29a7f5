-- One row an underlying.
select underlying, min(first_day) as first_day, max(last_day) as last_day, count(*) as months, sum(row_count) as row_count,
  sum(bytes) as bytes, max(version) as version, json_group_array(distinct source) as sources,
  sum((select count(*) from json_each(sessions))) as session_count,
  sum((select sum(value ->> 2) from json_each(sessions))) as crossed,
  sum((select sum(value ->> 3) from json_each(sessions))) as locked,
  sum((select sum(value ->> 4) from json_each(sessions))) as unbid
from chains
where underlying > ?1
group by underlying
order by underlying
limit ?2

-- The built sessions of a range as JSON arrays, some years in each: a row each would cost more to bring over than to read.
select json_group_array(json_array(b.day, b.return_value, b.bridged_return, b.turnover, b.constituents, b.stale_prices, b.jumps,
         b.outdated, b.data_version, b.method_version, b.inputs_hash, b.total) order by b.day) as list
from (
  select s.*, f.total
  from index_sessions s
  left join index_findings f on f.index_id = s.index_id and f.day = s.day
  where s.index_id = ?1 and s.day between coalesce(?2, -100000) and coalesce(?3, 100000)
  order by s.day) b
group by b.day / 2000
order by b.day / 2000

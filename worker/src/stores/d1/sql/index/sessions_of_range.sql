select day, return_value, bridged_return, turnover, constituents, stale_prices, outdated, data_version, method_version,
       inputs_hash
from index_sessions
where index_id = ?1 and day between coalesce(?2, -100000) and coalesce(?3, 100000)
order by day

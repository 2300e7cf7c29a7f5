select s.day, s.return_value, s.bridged_return, s.turnover, s.constituents, s.stale_prices, s.jumps, s.outdated,
       s.data_version, s.method_version, s.inputs_hash, f.total as findings
from index_sessions s
left join index_findings f on f.index_id = s.index_id and f.day = s.day
where s.index_id = ?1 and s.day between coalesce(?2, -100000) and coalesce(?3, 100000)
order by s.day

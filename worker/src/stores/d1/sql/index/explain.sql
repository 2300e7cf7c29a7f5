select v.security_id, s.ticker, s.name, s.sector, v.rank, v.weight, v.price as price_before, v.close as price, v.growth - 1 as value,
       v.weight * (v.growth - 1) as contribution,
       case when v.close is null then null else coalesce((
         -- One split, the usual case, is shown exactly as it is stored.
         select iif(count(*) = 1, max(x.ratio), exp(sum(ln(x.ratio)))) from splits_in_force x
         where x.security_id = v.security_id and x.ex_day > v.prev_day and x.ex_day <= v.day), 1) end as split_ratio,
       (select max(x.implied) from splits_in_force x
        where x.security_id = v.security_id and x.ex_day > v.prev_day and x.ex_day <= v.day) as split_implied,
       (select sum(d.amount) from dividends d
        where d.security_id = v.security_id and d.ex_day > v.prev_day and d.ex_day <= v.day) as dividend,
       b.version as version_before, a.version as version,
       (select p.source from publications p where p.version = b.version) as source_before,
       (select p.source from publications p where p.version = a.version) as source
from valued v
join securities s on s.id = v.security_id
left join daily_bars b on b.security_id = v.security_id and b.day = v.prev_day
left join daily_bars a on a.security_id = v.security_id and a.day = v.day
order by v.rank

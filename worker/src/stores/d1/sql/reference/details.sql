-- What is known of ticker ?1 on day ?2.
select x.ticker, x.name, x.sector, x.exchange, x.kind, x.issuer, x.list_day, x.delist_day,
       (x.list_day is null or x.list_day <= ?2) and (x.delist_day is null or x.delist_day > ?2) as active,
       (select m.cap
        from daily_bars b
        join market_caps m on m.day = b.day and m.security_id = b.security_id
        where b.security_id = x.id and b.day <= ?2
        order by b.day desc limit 1) as market_cap,
       (select f.shares from shares_in_force f
        where f.security_id = x.id and f.from_day <= ?2
        order by f.from_day desc limit 1) as shares
from securities x
where x.ticker = ?1 and x.version is not null

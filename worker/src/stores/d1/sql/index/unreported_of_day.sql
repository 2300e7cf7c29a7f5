    union all
    select v.value->>1, o.security_id, o.ticker, o.cap, o.close, coalesce(o.close * t.volume, 0)
    from unreported o
    cross join json_each(?11) v on v.value->>0 = o.security_id
    cross join daily_bars t on t.security_id = o.security_id and t.day = o.day
    where o.day = u.place_day

-- The companies with several lines on u.place_day, as JSON array of [line that stands for it, cap, ticker]: the most liquid line.
(select json_group_array(json_array(l.security_id, l.cap, l.ticker)) from (
  select security_id, ticker, {company_cap} as cap, row_number() over (partition by issuer order by traded desc, ticker) as line
  from (
    select v.value->>1 as issuer, o.security_id, o.ticker, o.cap, o.close, coalesce(o.close * t.volume, 0) as traded
    from json_each(?11) v
    cross join market_caps o on o.day = u.place_day and o.security_id = v.value->>0
    left join daily_bars t on t.security_id = o.security_id and t.day = o.day
{unreported_of_day}
  )
  window company as (partition by issuer)
) l where l.line = 1)

affected as materialized (
  select security_id, min(first_day) as first_day, max(last_day) as last_day
  from (
    select n.security_id, p.first_day, p.last_day
    from named n cross join span p where n.kind in ('daily_bars', 'reported_caps')
    union all
    select security_id, -100000, 100000 from recounted
    union all
    select security_id, -100000, 100000 from rekinded
  )
  group by security_id
),
-- Who can be chosen: common stock with a close and a cap, the source's own or shares times the raw close.
derived as (
  select b.day, b.security_id,
         -- Of two caps that are equal the symbol of that day decides. Almost no market has a symbol that changed.
         case when exists (select 1 from ticker_changes) then coalesce((
           select x.ticker from ticker_changes x where x.security_id = s.id and x.day > b.day order by x.day limit 1), s.ticker)
         else s.ticker end as ticker, b.close,
         coalesce(r.cap, b.close * f.shares) as cap,
         case when r.cap is not null then 0 else 1 + f.assumed end as basis,
         coalesce(s.kind, 'CS') = 'CS' and coalesce(r.cap, b.close * f.shares, 0) > 0 as eligible
  from affected a
  cross join securities s on s.id = a.security_id
  cross join daily_bars b on b.security_id = a.security_id and b.day between a.first_day and a.last_day
  left join reported_caps r on r.security_id = b.security_id and r.day = b.day
  left join shares_in_force f on f.security_id = b.security_id and f.from_day = (
    select max(g.from_day) from shares_in_force g where g.security_id = b.security_id and g.from_day <= b.day)
)

-- The entries and exits of a session of the plan as JSON: who came with the place it had the session before, who went with its
-- place now. Where every place is held by one who stayed, nobody is looked for.
select json_group_array(json(case when f.came
         then json_array('entered', f.security_id, f.rank, f.place, f.cap, case
           when f.place is not null then 'rank'
           when exists (select 1 from daily_bars o where o.security_id = f.security_id and o.day < p.day) then 'eligible_again'
           else 'listed' end)
         else json_array('exited', f.security_id, f.place, f.rank, f.place_cap, case
           when f.place is not null then 'rank'
           when f.traded then 'no_market_cap'
           when exists (select 1 from securities g where g.id = f.security_id and g.delist_day <= p.day) then 'delisted'
           else 'no_price' end) end) order by f.came desc, f.rank)
from (
  select w.*, {place} as place
  from (select v.*{above} from (
    select a.*, {place_ticker} as ticker, {place_cap} as place_cap
    from (
      select u.*, {companies} as companies
      from (
        select 1 as came, m.security_id, m.rank, m.cap, null as traded, p.prev_day as place_day
        from index_members m
        where s.chosen and s.staying <> ?2 and m.index_id = ?3 and m.day = p.day
          and instr(coalesce(s.stayed, ''), ',' || m.security_id || ',') = 0
        union all
        select 0, e.value->>0, e.value->>1, null, e.value->>2, p.day
        from json_each(s.leaving) e
        where s.chosen
      ) u
    ) a
    left join market_caps c on c.day = a.place_day and c.security_id = a.security_id
{unreported}
  ) v) w
) f

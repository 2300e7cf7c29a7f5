-- Sessions that can be ranked: from the last one before ?1, and ?3 days further back, to the one after ?2.
select s.day as day from sessions s
where s.day >= coalesce((select max(o.day) from sessions o where o.day < ?1), ?1) - ?3
  and s.day <= coalesce((select min(l.day) from sessions l where l.day > ?2), ?2)
  and exists (select 1 from market_caps c where c.day = s.day)
order by s.day

-- Sessions that can be ranked: from the last one before ?1, and ?3 days further back, to ?2.
select s.day as day from sessions s
where s.day between coalesce((select max(o.day) from sessions o where o.day < ?1), ?1) - ?3 and ?2
  and exists (select 1 from market_caps c where c.day = s.day)
order by s.day

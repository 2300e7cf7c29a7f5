-- Whose data is looked at: everybody of a universe (?4), all lines of the companies with several (?5), else the first ?3 of the
-- ranking of any session from ?1 to ?2.
select l.value as id
from sessions s
cross join json_each((
  select json_group_array(t.security_id)
  from (
    select c.security_id
    from market_caps c indexed by market_caps_ranking
    where c.day = s.day
    order by c.cap desc, c.ticker
    limit ?3) t)) l
where s.day between ?1 and ?2 and ?4 is null
union
select value from json_each(?4)
union
select value->>0 from json_each(?5)
order by id

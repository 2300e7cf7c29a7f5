-- Share counts that were not known yet can only be used before the first known one, so the range's first session shows whether
-- any was.
select (select version from data_versions where scope = 'all') as data_version,
       count(*) as sessions, min(s.constituents) as fewest_members,
       (select count(*) from index_members m
        join market_caps c on c.day = m.day and c.security_id = m.security_id
        where m.index_id = ?1 and c.basis = 2 and m.day = (
          select min(f.day) from index_sessions f where f.index_id = ?1 and f.day between ?2 and ?3)) as assumed_members
from index_sessions s
where s.index_id = ?1 and s.day between ?2 and ?3

-- Takes back what publication ?3 said of securities. One without data of its own disappears.
-- The limit keeps the ids a table of their own: otherwise they are read again for every security that there is.
update securities as t
set {assignments}, version = case
      when x.id is not null or exists (select 1 from daily_bars b where b.security_id = t.id)
      then (select version + 1 from data_versions where scope = 'all') end
from (
  select e.value as id from publications p cross join json_each(p.securities) e where p.version = ?3 limit -1
) named
left join securities_past x on x.id = named.id and x.until_version = ?3
where t.id = named.id and t.version = ?3

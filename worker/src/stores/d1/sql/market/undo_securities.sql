-- Takes back what publication ?3 said of securities. One without data of its own disappears.
update securities as t
set {assignments}, version = case
      when x.id is not null or exists (select 1 from daily_bars b where b.security_id = t.id)
      then (select version + 1 from data_versions where scope = 'all') end
from publications p
cross join json_each(p.securities) e
left join securities_past x on x.id = e.value and x.until_version = ?3
where p.version = ?3 and t.id = e.value and t.version = ?3

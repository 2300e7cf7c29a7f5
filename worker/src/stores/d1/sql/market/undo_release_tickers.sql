-- The same of symbols that publication ?3 gave and that change back.
update securities as t
set ticker = '~' || t.id
where t.version = ?3
  and t.id in (select e.value from publications p cross join json_each(p.securities) e where p.version = ?3)
  and exists (select 1 from securities_past x where x.id = t.id and x.until_version = ?3 and x.ticker <> t.ticker)

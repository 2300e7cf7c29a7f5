-- Makes visible the securities that only the staged rows of batch ?1 have named.
update securities
set version = (select version + 1 from data_versions where scope = 'all')
where version is null
  and id in (select e.value from staging s cross join json_each(s.securities) e where s.batch = ?1)
  and exists (select 1 from changed_days where batch = ?1)

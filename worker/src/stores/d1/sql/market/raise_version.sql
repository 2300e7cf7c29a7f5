update data_versions set version = version + 1
where scope = 'all' and exists (select 1 from changed_days where batch = ?1)

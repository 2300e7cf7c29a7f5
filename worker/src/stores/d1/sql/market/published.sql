select (select coalesce(sum(inserted), 0) from changed_days where batch = ?1 and kind <> 'market_caps') as inserted,
       (select coalesce(sum(changed), 0) from changed_days where batch = ?1 and kind <> 'market_caps') as changed,
       (select coalesce(sum(row_count), 0) from staging where batch = ?1) as staged,
       (select version from data_versions where scope = 'all') as data_version

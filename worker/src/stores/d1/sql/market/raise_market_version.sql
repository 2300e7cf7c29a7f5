update data_versions
set version = (select v.version + 1 from data_versions v where v.scope = 'all')
where scope = 'bars' and exists (select 1 from changed_days where batch = ?1)
   or scope = 'market' and exists (select 1 from changed_days where batch = ?1 and kind <> 'intraday_bars')

-- Marks every built session that used a value of a changed day.
update index_sessions
set outdated = 1
where outdated = 0
  and exists (
    select 1 from changed_days c
    where c.batch = ?1 and c.kind in ('daily_bars', 'market_caps', 'splits', 'dividends', 'securities')
      and c.day between coalesce(index_sessions.base_day, index_sessions.day) and index_sessions.day)

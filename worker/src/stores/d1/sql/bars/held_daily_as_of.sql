-- The same as publication ?6 knew them. A value that came back by an undo keeps its old version, so the newest one counts.
with held as materialized (
  select day as t, day, 0 as minute, open, high, low, close, volume, null as vwap, null as trades, 0 as extended
  from (
    select day, open, high, low, close, volume, max(version)
    from (
      select day, open, high, low, close, volume, version
      from daily_bars
      where security_id = ?1 and day between ?2 and ?3 and ?4 is not null and version <= ?6{source}
      union all
      select day, open, high, low, close, volume, version
      from daily_bars_past
      where security_id = ?1 and day between ?2 and ?3 and version <= ?6 and until_version > ?6{source}
    )
    group by day
  )
),

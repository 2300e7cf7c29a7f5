-- The same as publication ?6 knew them. A value that came back by an undo keeps its old version, so the newest one counts.
with held as materialized (
  select t, day, minute, open, high, low, close, volume, vwap, trades, extended
  from (
    select t, day, minute, open, high, low, close, volume, vwap, trades, extended, max(version)
    from (
      select t, day, minute, open, high, low, close, volume, vwap, trades, extended, version
      from intraday_bars
      where series_id = ?1 and t between ?2 and ?3 and (?4 = 0 or extended = 0) and version <= ?6
      union all
      select t, day, minute, open, high, low, close, volume, vwap, trades, extended, version
      from intraday_bars_past
      where series_id = ?1 and t between ?2 and ?3 and (?4 = 0 or extended = 0)
        and version <= ?6 and until_version > ?6
    )
    group by t
  )
),

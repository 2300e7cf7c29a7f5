-- What publication ?3 wrote to the series of its securities and nobody has replaced since, each with the newest value before
-- it that was not itself undone.
with undone as (
  select data_version as version from imports where status = 'undone' and data_version is not null
),
written as materialized (
  select t.series_id, t.t, t.day,
         (select x.until_version from intraday_bars_past x
          where x.series_id = t.series_id and x.t = t.t and x.version < ?3
            and x.version not in (select version from undone)
          order by x.version desc limit 1) as prior
  from publications p
  cross join json_each(p.securities) e
  cross join bar_series q on q.security_id = e.value
  cross join intraday_bars t on t.series_id = q.id
  where p.version = ?3 and t.version = ?3
)

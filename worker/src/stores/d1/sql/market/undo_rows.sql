-- What publication ?3 wrote to {table} and nobody has replaced since, each with the newest value before it that was not
-- itself undone.
with undone as (
  select data_version as version from imports where status = 'undone' and data_version is not null
),
written as materialized (
  select t.security_id, t.{day},
         (select x.until_version from {table}_past x
          where x.security_id = t.security_id and x.{day} = t.{day} and x.version < ?3
            and x.version not in (select version from undone)
          order by x.version desc limit 1) as prior
  from publications p
  cross join json_each(p.securities) e
  cross join {table} t on t.security_id = e.value
  where p.version = ?3 and t.version = ?3
)

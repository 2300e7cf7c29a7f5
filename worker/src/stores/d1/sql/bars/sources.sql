-- Every source that has published: one step along the index for each.
with recursive sources(source) as (
  select min(source) from publications
  union all
  select (select min(p.source) from publications p where p.source > sources.source)
  from sources
  where sources.source is not null
)
select source from sources where source is not null

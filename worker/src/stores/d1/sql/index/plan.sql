-- The sessions of a build: ?4 is a JSON array of [day, previous held session, hole before it (1|0), session in force at the
-- close (the day itself where members are chosen), first session whose data it depends on], ascending. The one before the first
-- is outside the build: whoever is in place after it comes as ?10, a JSON array of [security, rank, weight, price, cap].
plan as materialized (
  select value->>0 as day, value->>1 as prev_day, value->>2 as hole, value->>3 as in_force, value->>4 as base_day
  from json_each(?4)
)

-- The sessions of a build: ?4 is a JSON array of [day, previous held session, hole before it (1|0), session in force at the
-- close (the day itself where members are chosen), first session whose data it depends on, kept (1) or only needed (0)].
, plan as materialized (
  select value->>0 as day, value->>1 as prev_day, value->>2 as hole, value->>3 as in_force, value->>4 as base_day,
         value->>5 as kept
  from json_each(?4)
)

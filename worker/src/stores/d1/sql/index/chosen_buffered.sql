-- The members with a buffer: one stays while it is among the first ?2 + ?8, free places go to the best ranks. Each session
-- depends on the one before, so the walk starts at the first session held, whatever range is built. The members of a step are
-- one JSON array in the order of their places, in which a security is found by how its entry begins.
reached as materialized (
  select day, security_id, place, places, cap, close from ranked where place <= ?2 + ?8
),
steps as materialized (
  select key + 1 as step, value as day from json_each(?1)
),
walk(step, day, members) as (
  select 0, null, '[]'
  union all
  select s.step, s.day, (
    select json_group_array(json_array(k.security_id, k.places, k.cap, k.close) order by k.place)
    from (
      select r.security_id, r.place, r.places, r.cap, r.close, instr(w.members, '[' || r.security_id || ',') = 0 as fresh
      from reached r
      where r.day = s.day
      order by fresh, r.place limit ?2) k)
  from walk w
  join steps s on s.step = w.step + 1
),
chosen as (
  select w.day, m.value->>0 as security_id, m.key + 1 as rank, m.value->>1 as places, m.value->>2 as cap, m.value->>3 as close
  from walk w
  cross join json_each(w.members) m
)

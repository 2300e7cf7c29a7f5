-- The members with a buffer: one stays while it is among the first ?2 + ?8, free places go to the best ranks. Each session
-- depends on the one before, so the walk starts at the first session held, whatever range is built.
reached as materialized (
  select day, security_id, place, places, cap, close from ranked where place <= ?2 + ?8
),
steps as materialized (
  select day, row_number() over (order by day) as step from days
),
walk(step, day, members) as (
  select s.step, s.day,
         (select ',' || group_concat(r.security_id) || ',' from reached r where r.day = s.day and r.place <= ?2)
  from steps s where s.step = 1
  union all
  select s.step, s.day,
         (select ',' || group_concat(k.security_id) || ',' from (
            select r.security_id, instr(w.members, ',' || r.security_id || ',') = 0 as fresh
            from reached r
            where r.day = s.day
            order by fresh, r.place limit ?2) k)
  from walk w
  join steps s on s.step = w.step + 1
),
chosen as (
  select w.day, r.security_id, row_number() over (partition by w.day order by r.place) as rank, r.places, r.cap, r.close
  from walk w
  cross join reached r on r.day = w.day and instr(w.members, ',' || r.security_id || ',') > 0
)

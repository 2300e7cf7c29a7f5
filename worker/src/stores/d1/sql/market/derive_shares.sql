affected as (
  select security_id from recounted
),
-- The count changes when a new one is known and when shares split. Before the first known count that one is assumed.
bounds as (
  select s.security_id, s.as_of as day from affected a cross join shares s on s.security_id = a.security_id
  union
  select x.security_id, x.ex_day from affected a cross join splits_in_force x on x.security_id = a.security_id
  union
  select security_id, -100000 from affected
),
based as (
  select b.security_id, b.day,
         coalesce((select max(s.as_of) from shares s where s.security_id = b.security_id and s.as_of <= b.day),
                  (select min(s.as_of) from shares s where s.security_id = b.security_id)) as as_of
  from bounds b
)
insert into shares_in_force (security_id, from_day, shares, assumed)
select b.security_id, b.day,
       (select s.shares from shares s where s.security_id = b.security_id and s.as_of = b.as_of)
       -- Restated with logarithms, then rounded where that changed nothing but the last bits.
       * coalesce((
           select round(exp(sum(case when x.ex_day > b.as_of then ln(x.ratio) else -ln(x.ratio) end)), 12)
           from splits_in_force x
           where x.security_id = b.security_id
             and ((x.ex_day > b.as_of and x.ex_day <= b.day) or (x.ex_day <= b.as_of and x.ex_day > b.day))
         ), 1),
       b.as_of > b.day
from based b
where b.as_of is not null

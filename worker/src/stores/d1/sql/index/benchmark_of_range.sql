-- A ticker's closes, each restated to the share basis of the last session of the range.
select b.day, b.close / coalesce((
         select exp(sum(ln(x.ratio))) from splits_in_force x
         where x.security_id = b.security_id and x.ex_day > b.day and x.ex_day <= coalesce(?3, 100000)), 1) as close
from securities s
join daily_bars b on b.security_id = s.id
where s.ticker = ?4
  and b.day between coalesce(?2, (select min(day) from index_sessions where index_id = ?1))
                and coalesce(?3, (select max(day) from index_sessions where index_id = ?1))
order by b.day

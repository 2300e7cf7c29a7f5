-- The last sessions held before ?1, at most ?2 of them; the earliest is where a look back begins.
select min(day) as day from (select day from sessions where day < ?1 order by day desc limit ?2)

-- The members chosen at the last of the ranked sessions.
select security_id, weight, price, cap from weighted
where day = (select max(value) from json_each(?1))
order by rank

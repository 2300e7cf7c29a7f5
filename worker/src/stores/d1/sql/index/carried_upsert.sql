insert into index_members (index_id, day, security_id, rank, weight, price, cap)
select ?3, day, security_id, rank, weight, price, cap from carried where true
on conflict (index_id, day, security_id) do update
set rank = excluded.rank, weight = excluded.weight, price = excluded.price, cap = excluded.cap
where (rank, weight, price, cap) is not (excluded.rank, excluded.weight, excluded.price, excluded.cap)

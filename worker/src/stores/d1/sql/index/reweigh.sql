-- Sets the target weights in ?1 (JSON array of [day, security, weight]) of the members of index ?2.
insert into index_members (index_id, day, security_id, rank, weight, price, cap)
select m.index_id, m.day, m.security_id, m.rank, w.value->>2, m.price, m.cap
from json_each(?1) w
cross join index_members m on m.index_id = ?2 and m.day = w.value->>0 and m.security_id = w.value->>1
where m.weight <> w.value->>2
on conflict (index_id, day, security_id) do update set weight = excluded.weight

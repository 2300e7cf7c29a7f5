-- Keeps question ?3 of owner ?1 under name ?2 at ?4, unless the owner has ?5 others already.
insert into saved_definitions (owner, name, question, created_at, updated_at)
select ?1, ?2, ?3, ?4, ?4
where (select count(*) from saved_definitions where owner = ?1 and name <> ?2) < ?5
on conflict (owner, name) do update set question = excluded.question, updated_at = excluded.updated_at

insert into imports (kind, owner, status, created_at, touched_at)
values (?1, ?2, 'receiving', ?3, ?3)
returning id

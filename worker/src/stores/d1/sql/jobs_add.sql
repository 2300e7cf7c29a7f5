insert into jobs (kind, key, spec, next_at, created_at, updated_at)
values (?1, ?2, ?3, ?4, ?4, ?4)
on conflict (kind, key) where status = 'open' do nothing
returning id

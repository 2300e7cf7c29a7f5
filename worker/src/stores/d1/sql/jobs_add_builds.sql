insert into jobs (kind, key, spec, next_at, created_at, updated_at)
select 'build_index', slug, json_object('index', slug), ?1, ?1, ?1
from indices
where auto_build = 1
order by id
on conflict (kind, key) where status = 'open' do nothing

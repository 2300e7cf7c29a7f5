insert into chains (underlying, month, version, object_key, hash, bytes, row_count, first_day, last_day, metadata_start,
  metadata_end, sessions, source)
select value ->> 'underlying', value ->> 'month', (select version + 1 from data_versions where scope = 'all'),
  value ->> 'object_key', value ->> 'hash', value ->> 'bytes', value ->> 'row_count', value ->> 'first_day',
  value ->> 'last_day', value ->> 'metadata_start', value ->> 'metadata_end', value ->> 'sessions', value ->> 'source'
from json_each(?1)
where value ->> 'object_key' is not null
on conflict (underlying, month) do update set
  version = excluded.version, object_key = excluded.object_key, hash = excluded.hash, bytes = excluded.bytes,
  row_count = excluded.row_count, first_day = excluded.first_day, last_day = excluded.last_day,
  metadata_start = excluded.metadata_start, metadata_end = excluded.metadata_end, sessions = excluded.sessions,
  source = excluded.source

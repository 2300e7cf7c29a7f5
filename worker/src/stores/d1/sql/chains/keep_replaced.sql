insert into chains_past (underlying, month, replaced_by, version, object_key, hash, bytes, row_count, first_day, last_day,
  metadata_start, metadata_end, sessions, source)
select c.underlying, c.month, (select version + 1 from data_versions where scope = 'all'), c.version, c.object_key, c.hash,
  c.bytes, c.row_count, c.first_day, c.last_day, c.metadata_start, c.metadata_end, c.sessions, c.source
from json_each(?1) e
join chains c on c.underlying = e.value ->> 'underlying' and c.month = e.value ->> 'month'

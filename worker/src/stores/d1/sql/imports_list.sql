select id, kind, status, bytes, accepted, unchanged, rejected, rejections, unknown_columns, data_version, error, created_at,
  finished_at
from imports
where id < ?1 and id > ?2
order by id {order}
limit ?3

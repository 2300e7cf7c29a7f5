-- What the publication ?1 made, whether it still counts or not.
select underlying, month, version, object_key, hash, bytes, metadata_start, metadata_end, sessions, source
from chains where version = ?1
union all
select underlying, month, version, object_key, hash, bytes, metadata_start, metadata_end, sessions, source
from chains_past where version = ?1
order by underlying, month

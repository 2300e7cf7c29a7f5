select underlying, month, version, object_key, hash, bytes, metadata_start, metadata_end, sessions, source
from chains_past where replaced_by = ?1
order by underlying, month

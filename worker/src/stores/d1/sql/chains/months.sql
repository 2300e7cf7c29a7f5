select underlying, month, version, object_key, hash, bytes, metadata_start, metadata_end, sessions, source
from chains
where underlying = ?1 and month between ?2 and ?3
order by month

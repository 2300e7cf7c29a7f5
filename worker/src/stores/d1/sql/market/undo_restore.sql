-- A value that comes back keeps the version under which it was first written, so that its own import can still be undone.
insert into {table} (security_id, {day}, {values}, version)
select x.security_id, x.{day}, {past}, x.version
from written w
join {table}_past x on x.security_id = w.security_id and x.{day} = w.{day} and x.until_version = w.prior
where ?1 is not null
on conflict (security_id, {day}) do update set {assignments}, version = excluded.version

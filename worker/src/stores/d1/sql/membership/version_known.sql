-- The last data version that was published before the instant ?1, and whether any was.
select coalesce(max(version), 0) as version, count(*) as publications from publications where at < ?1

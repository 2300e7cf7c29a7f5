update securities
set ticker = '~' || id, version = null
where id in (select from_id from absorbed)

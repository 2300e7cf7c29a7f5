delete from chains
where (underlying, month) in (
  select value ->> 'underlying', value ->> 'month' from json_each(?1) where value ->> 'object_key' is null)

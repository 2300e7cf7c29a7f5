-- Which of these keys a row names, present or past.
select value as object_key from json_each(?1)
where exists (select 1 from chains where object_key = value) or exists (select 1 from chains_past where object_key = value)

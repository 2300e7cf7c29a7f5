-- Reads the index jobs_one_open only.
select kind, count(*) as open from jobs where status = 'open' group by kind order by kind

-- The symbols that these securities bore before, each until the day on which the next one began.
select security_id, ticker, date(day * 86400, 'unixepoch') as until
from ticker_changes
where security_id in (select value from json_each(?1))
order by security_id, day

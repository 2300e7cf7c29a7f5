select security_id, date(ex_day * 86400, 'unixepoch') as ex_date, amount
from dividends
where security_id in (select value from json_each(?1))
order by security_id, ex_day

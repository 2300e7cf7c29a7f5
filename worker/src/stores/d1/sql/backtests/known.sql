select id from backtests where id in (select value from json_each(?1))

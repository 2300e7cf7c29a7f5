insert into staging (batch, kind, first_day, last_day, securities, days, row_count, adjusted, rows, created_at)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, unixepoch() * 1000)

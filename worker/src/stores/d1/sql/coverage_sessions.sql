-- Sessions that hold bars.
select day, bars from sessions where bars > 0 order by day

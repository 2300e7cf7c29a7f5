select ticker from market_caps
where day = (select max(day) from sessions)
order by cap desc, ticker
limit ?1

-- The members chosen at a session where they are just the first ?2 of the market, in their order and of equal weight.
select c.security_id, c.close as price, c.cap
from market_caps c indexed by market_caps_ranking
where c.day = (select max(value) from json_each(?1))
order by c.cap desc, c.ticker
limit ?2

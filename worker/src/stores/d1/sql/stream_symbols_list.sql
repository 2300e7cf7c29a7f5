-- ?1 numbers below, ?2 numbers above, ?3 at most so many.
select id, symbol, created_at from stream_symbols where id < ?1 and id > ?2 order by id {order} limit ?3

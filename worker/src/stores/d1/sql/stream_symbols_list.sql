-- ?1 symbols before this number, ?2 at most so many.
select id, symbol, created_at from stream_symbols where id < ?1 order by id desc limit ?2

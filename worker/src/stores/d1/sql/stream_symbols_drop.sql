-- ?1 symbol.
delete from stream_symbols where symbol = ?1 returning id

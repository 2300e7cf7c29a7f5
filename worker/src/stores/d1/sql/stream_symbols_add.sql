-- ?1 symbol, ?2 now. A symbol that is listed keeps its place.
insert into stream_symbols (symbol, created_at) values (?1, ?2) on conflict (symbol) do nothing

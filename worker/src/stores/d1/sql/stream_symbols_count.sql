select count(*) as n from stream_symbols

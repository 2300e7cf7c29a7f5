(select sum(abs(d.value->>0 - d.value->>1 / (1 + b.return_value))) / (1 << 60) from json_each(b.drifts) d)

coalesce(b.left_weight, 0) / (1 + b.return_value) + (
select coalesce(sum(abs(b.kept_each * (1 << 60) - d.value / (1 + b.return_value))), 0) / (1 << 60) from json_each(b.drifts) d)

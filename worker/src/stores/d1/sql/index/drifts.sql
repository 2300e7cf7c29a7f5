-- The target and the drifted weight of each member.
null as kept_each, null as left_weight,
json_group_array(json_array(cast(coalesce(target, 0) * (1 << 60) as integer), {drift})) as drifts

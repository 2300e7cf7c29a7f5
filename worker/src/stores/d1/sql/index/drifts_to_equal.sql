-- Where all weigh the same, the target is said once, so that the drifted weights of those who stay are all that is listed.
max(target) as kept_each, sum(weight * growth) filter (where target is null) as left_weight,
json_group_array({drift}) filter (where target is not null) as drifts

coalesce((select k.value->>1 from json_each(a.companies) k where k.value->>0 = a.security_id), {place_cap})

    left join unreported x on x.day = a.place_day and x.security_id = a.security_id

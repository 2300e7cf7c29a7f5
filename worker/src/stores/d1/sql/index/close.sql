(select b.close from daily_bars b where b.security_id = h.security_id and b.day = h.day)

-- What prices of session ?1 are restated for by day ?2.
select security_id, ex_day, ratio from splits_in_force where ex_day > ?1 and ex_day <= ?2

select security_id, weight, price, cap, rank from carried order by rank

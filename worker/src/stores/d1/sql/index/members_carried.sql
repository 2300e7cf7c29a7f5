select security_id, rank, weight, price, cap from carried

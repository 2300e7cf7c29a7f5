select x.ticker, b.close
from securities x
cross join daily_bars b on b.security_id = x.id and b.day = ?1

select callback_url as url, callback_secret as secret, callback_status, id, status as run_status, owner, error_code, error
from backtests where id = ?1 limit 1

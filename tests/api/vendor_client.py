"""The vendor's own client, unchanged, pointed at our address: prints what it reads as JSON."""

import json
import sys

from massive import RESTClient
from massive.exceptions import BadResponse

base, ticker = sys.argv[1], sys.argv[2]
client = RESTClient(api_key="none-needed", base=base, retries=0)


def refused(call):
    """What the client raises, as the vendor's error shape."""
    try:
        call()
    except BadResponse as error:
        return json.loads(str(error))
    raise SystemExit("expected a refusal")


first, last = "2026-06-01", "2026-08-31"
hours = list(client.list_aggs(ticker, 1, "hour", first, last, adjusted=False, sort="asc", limit=50))
print(json.dumps({
    "hours": [[bar.timestamp, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.vwap, bar.transactions] for bar in hours],
    "one_page": len(list(client.get_aggs(ticker, 1, "hour", first, last, limit=50))),
    "weeks": [[bar.timestamp, bar.close] for bar in client.list_aggs(ticker, 1, "week", first, last, sort="desc", limit=3)],
    "grouped": [[bar.ticker, bar.close, bar.timestamp] for bar in client.get_grouped_daily_aggs("2026-06-11", adjusted=False)],
    "closed": client.get_grouped_daily_aggs("2026-06-13"),
    "tickers": [one.ticker for one in client.list_tickers(market="stocks", active=True, limit=60)],
    "details": [client.get_ticker_details(ticker).name, client.get_ticker_details(ticker).market_cap],
    "splits": [[one.ticker, one.execution_date, one.split_from, one.split_to] for one in client.list_splits(limit=3)],
    "dividends": [[one.ticker, one.ex_dividend_date, one.cash_amount] for one in client.list_dividends(ticker=ticker, limit=2)],
    "events": [[one["date"], one["ticker_change"]["ticker"]] for one in client.get_ticker_events(ticker).events],
    "unknown": refused(lambda: client.get_ticker_details("NOPE")),
    "too_many": refused(lambda: client.get_aggs(ticker, 1, "day", first, last, limit=50001)),
}))

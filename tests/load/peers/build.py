"""The index as one would build it with pandas from SQLite: the peer of `POST /build-index`. Needs pandas.

usage: build.py fill DATABASE DATADIR     reads daily_prices.csv.gz and shares.csv into the database
       build.py build DATABASE [N]        builds the equal-weighted top N; prints seconds, sessions and the last level as JSON
"""
import json
import os
import sqlite3
import sys
import time

import pandas as pd


def fill(database, folder):
    with sqlite3.connect(database) as db:
        read = {"keep_default_na": False, "na_values": [""]}
        bars = pd.read_csv(os.path.join(folder, "daily_prices.csv.gz"), usecols=["date", "ticker", "close"], **read)
        shares = pd.read_csv(os.path.join(folder, "shares.csv"), usecols=["ticker", "shares_outstanding"], **read)
        bars.dropna().to_sql("bars", db, index=False)
        shares.to_sql("shares", db, index=False)
        db.execute("create index bars_by_day on bars (date, ticker)")


def build(database, n):
    began = time.perf_counter()
    with sqlite3.connect(database) as db:
        market = pd.read_sql(
            "select b.date, b.ticker, b.close, b.close * s.shares_outstanding as cap "
            "from bars b join shares s on s.ticker = b.ticker order by b.date, cap desc, b.ticker",
            db,
        )
        closes = market.pivot(index="date", columns="ticker", values="close")
        # A member without a price earns nothing that day.
        returns = (closes / closes.shift(1) - 1).fillna(0.0)
        chosen = market.groupby("date", sort=True).head(n)
        members = chosen.assign(weight=1.0).pivot(index="date", columns="ticker", values="weight")
        members = members.reindex(columns=closes.columns).fillna(0.0)
        weights = members.div(members.sum(axis=1), axis=0)
        daily = (weights.shift(1) * returns).sum(axis=1)
        drifted = weights.shift(1).mul(1 + returns).div(1 + daily, axis=0)
        turnover = (weights - drifted).abs().sum(axis=1) / 2
        levels = 1000 * (1 + daily).cumprod()
        table = pd.DataFrame({"level": levels, "daily_return": daily, "turnover": turnover})
        table.to_sql("performance", db, if_exists="replace")
        chosen.to_sql("members", db, if_exists="replace", index=False)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "sessions": len(table), "level": float(levels.iloc[-1])}))


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(sys.argv[2], sys.argv[3])
    else:
        build(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 100)

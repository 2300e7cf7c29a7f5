"""The index as one would build it with pandas from SQLite: what `POST /build-index` of index_service.py runs. Needs pandas.

usage: index_build.py DATABASE DATADIR     reads daily_prices.csv.gz and shares.csv into a new database
"""

import os
import sqlite3
import sys

import pandas as pd


def fill(database, folder):
    """Reads the market's files into tables."""
    with sqlite3.connect(database) as db:
        # Readers go on while a build writes, as with the service that this is compared with.
        db.execute("pragma journal_mode = wal")
        read = {"keep_default_na": False, "na_values": [""]}
        bars = pd.read_csv(os.path.join(folder, "daily_prices.csv.gz"), usecols=["date", "ticker", "close"], **read)
        shares = pd.read_csv(os.path.join(folder, "shares.csv"), usecols=["ticker", "shares_outstanding", "name", "sector"], **read)
        bars.dropna().to_sql("bars", db, index=False)
        shares.rename(columns={"shares_outstanding": "shares"}).to_sql("securities", db, index=False)
        db.execute("create index bars_by_day on bars (date, ticker)")
        db.execute("create unique index securities_by_ticker on securities (ticker)")
        db.executescript(
            """
            create table performance (date text primary key, level real, daily_return real, turnover real,
                constituents integer, stale_prices integer)
            without rowid;
            create table members (date text, rank integer, ticker text, weight real, price real, cap real, primary key (date, rank))
            without rowid;
            create table changes (date text, entered integer, rank integer, previous_rank integer, ticker text, cap real);
            create index changes_by_day on changes (date, entered desc, rank);
            """
        )


def build(database, first, last, n=100):
    """Builds the equal-weighted top n of a range into the tables; returns sessions and the last level."""
    with sqlite3.connect(database) as db:
        market = pd.read_sql(
            "select b.date, b.ticker, b.close as price, b.close * s.shares as cap "
            "from bars b join securities s on s.ticker = b.ticker "
            "where b.date between ? and ? order by b.date, cap desc, b.ticker",
            db,
            params=(first, last),
        )
        market["rank"] = market.groupby("date").cumcount() + 1
        closes = market.pivot(index="date", columns="ticker", values="price")
        ranks = market.pivot(index="date", columns="ticker", values="rank")
        held = ranks <= n
        weights = held.div(held.sum(axis=1), axis=0)
        before = weights.shift(1, fill_value=0.0)
        returns = closes / closes.shift(1) - 1
        # A member without a price earns nothing that day.
        daily = (before * returns.fillna(0.0)).sum(axis=1)
        drifted = before.mul(1 + returns.fillna(0.0)).div(1 + daily, axis=0)
        turnover = (weights - drifted).abs().sum(axis=1) / 2
        turnover.iloc[0] = 0.0
        daily.iloc[0] = float("nan")
        stale = ((before > 0) & closes.isna()).sum(axis=1)
        levels = 1000 * (1 + daily.fillna(0.0)).cumprod()
        performance = pd.DataFrame(
            {"level": levels, "daily_return": daily, "turnover": turnover, "constituents": held.sum(axis=1), "stale_prices": stale}
        )
        members = market[market["rank"] <= n].copy()
        members["weight"] = 1.0 / members.groupby("date")["rank"].transform("size")
        # One transaction, so that no reader sees half of a build.
        for table, frame in [("performance", performance.reset_index()), ("members", members), ("changes", changes_of(market, ranks, held))]:
            db.execute(f"delete from {table}")
            frame.to_sql(table, db, if_exists="append", index=False)
    return {"sessions": len(performance), "level": float(levels.iloc[-1])}


def changes_of(market, ranks, held):
    """Who came and went, with the rank of both days."""
    moved = held.astype(int).diff().iloc[1:].stack()
    moved = moved[moved != 0].rename("moved").reset_index()
    for name, table in [("rank", ranks), ("previous_rank", ranks.shift(1))]:
        moved = moved.merge(table.stack().rename(name).reset_index(), on=["date", "ticker"], how="left")
    moved = moved.merge(market[["date", "ticker", "cap"]], on=["date", "ticker"], how="left")
    moved["entered"] = (moved.pop("moved") > 0).astype(int)
    return moved


if __name__ == "__main__":
    fill(sys.argv[1], sys.argv[2])

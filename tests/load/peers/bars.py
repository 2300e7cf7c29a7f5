"""The peer of the hourly-bar benchmark: Flask and the SQLAlchemy ORM over SQLite, as such a service is commonly written.

It answers the JSON of GET /v2/aggs/ticker/{ticker}/range/1/hour/{from}/{to}?adjusted=false over the same rows. Run by gunicorn
with one worker; BARS_DATABASE names the SQLite file.
"""

import os

from flask import Flask, jsonify, request
from sqlalchemy import Float, Integer, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    """The tables."""


class Bar(Base):
    """One bar, found by ticker and start."""

    __tablename__ = "bars"
    ticker: Mapped[str] = mapped_column(String, primary_key=True)
    t: Mapped[int] = mapped_column(Integer, primary_key=True)
    open: Mapped[float] = mapped_column(Float)
    high: Mapped[float] = mapped_column(Float)
    low: Mapped[float] = mapped_column(Float)
    close: Mapped[float] = mapped_column(Float)
    volume: Mapped[float] = mapped_column(Float)
    vwap: Mapped[float] = mapped_column(Float)
    trades: Mapped[float] = mapped_column(Float)


engine = create_engine(f"sqlite:///{os.environ['BARS_DATABASE']}")
app = Flask(__name__)


@app.get("/v2/aggs/ticker/<ticker>/range/1/hour/<int:start>/<int:end>")
def aggregates(ticker, start, end):
    """Answers the bars that begin from `start` to `end`."""
    limit = int(request.args.get("limit", 5000))
    wanted = select(Bar).where(Bar.ticker == ticker, Bar.t.between(start, end)).order_by(Bar.t).limit(limit)
    with Session(engine) as session:
        bars = session.scalars(wanted).all()
        results = [
            {"v": bar.volume, "vw": bar.vwap, "o": bar.open, "c": bar.close, "h": bar.high, "l": bar.low, "t": bar.t, "n": bar.trades}
            for bar in bars
        ]
    count = len(results)
    return jsonify(ticker=ticker, queryCount=count, resultsCount=count, adjusted=False, results=results, status="OK", count=count)

"""The peer of the index service: FastAPI over SQLite, with Redis before it, as such a service is commonly written.

Its three GETs and its build answer what ours do for the default index, without the statistics of a performance. Run by uvicorn
with uvloop and one worker. DATABASE names the SQLite file that index_build.py has filled; REDIS, where set, the socket of the
Redis server that keeps answers. Without it every answer is made anew.
"""

import hashlib
import json
import os
import sqlite3
from datetime import date

from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel
from redis.asyncio import Redis

from index_build import build

DATABASE = os.environ["DATABASE"]
BASE = 1000.0

app = FastAPI()
db = sqlite3.connect(DATABASE)
cache = Redis(unix_socket_path=os.environ["REDIS"]) if "REDIS" in os.environ else None


class Range(BaseModel):
    """What a build is asked for."""

    start_date: date
    end_date: date


async def answered(request: Request, make):
    """Answers from the cache, or what `make` makes; 304 where the client has it."""
    known, key = request.headers.get("if-none-match"), f"{request.url.path}?{request.url.query}"
    etag = body = None
    if cache and known:
        etag = await cache.hget(key, "etag")
        if etag and etag.decode() == known:
            return Response(status_code=304, headers={"etag": known, "cache-control": "no-cache"})
    if cache:
        etag, body = await cache.hmget(key, "etag", "body")
    if body is None:
        body = json.dumps(make(), separators=(",", ":")).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
        if cache:
            await cache.hset(key, mapping={"etag": etag, "body": body})
    headers = {"etag": etag.decode(), "cache-control": "no-cache"}
    if known == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@app.get("/index-performance")
async def performance(request: Request, start_date: date, end_date: date):
    """Levels and returns of a range, which stands at 1000 at its first session."""

    def make():
        rows = db.execute(
            "select date, level, daily_return, turnover, constituents, stale_prices from performance "
            "where date between ? and ? order by date",
            (start_date.isoformat(), end_date.isoformat()),
        )
        data, first = [], None
        for day, level, daily_return, turnover, constituents, stale_prices in rows:
            first = first or level
            data.append({
                "date": day, "level": BASE * level / first, "daily_return": daily_return, "cumulative_return": level / first - 1,
                "turnover": turnover, "constituents": constituents, "stale_prices": stale_prices,
            })  # fmt: skip
        if not data:
            raise HTTPException(404, "nothing is built of that range")
        return {"start_date": data[0]["date"], "end_date": data[-1]["date"], "base_value": BASE, "data": data}

    return await answered(request, make)


@app.get("/index-composition")
async def composition(request: Request, date: date):
    """The members as chosen at a close."""

    def make():
        day = date.isoformat()
        found = db.execute("select level from performance where date = ?", (day,)).fetchone()
        if not found:
            raise HTTPException(404, f"{day} is not a session")
        level = found[0]
        rows = db.execute(
            "select m.rank, m.ticker, s.name, s.sector, m.weight, m.price, m.cap from members m "
            "join securities s on s.ticker = m.ticker where m.date = ? order by m.rank",
            (day,),
        )
        constituents = [
            {
                "rank": rank, "ticker": ticker, "name": name, "sector": sector, "weight": weight, "price": price,
                "market_cap": cap, "shares": weight * level / price, "notional": weight * level,
            }
            for rank, ticker, name, sector, weight, price, cap in rows
        ]  # fmt: skip
        return {"date": day, "count": len(constituents), "level": level, "constituents": constituents}

    return await answered(request, make)


@app.get("/composition-changes")
async def changes(request: Request, start_date: date, end_date: date):
    """Who came and went, on the days on which anybody did."""

    def make():
        rows = db.execute(
            "select c.date, c.entered, c.rank, c.previous_rank, c.ticker, s.name, c.cap, p.turnover from changes c "
            "join securities s on s.ticker = c.ticker join performance p on p.date = c.date "
            "where c.date between ? and ? order by c.date, c.entered desc, c.rank",
            (start_date.isoformat(), end_date.isoformat()),
        )
        days = []
        for day, entered, rank, previous_rank, ticker, name, cap, turnover in rows:
            if not days or days[-1]["date"] != day:
                days.append({"date": day, "entered": [], "exited": [], "turnover": turnover})
            member = {"ticker": ticker, "name": name, "rank": rank, "previous_rank": previous_rank, "market_cap": cap}
            days[-1]["entered" if entered else "exited"].append(member)
        return {"changes": days}

    return await answered(request, make)


@app.post("/build-index")
async def build_index(wanted: Range):
    """Builds the index of a range anew; what was kept of the earlier one is forgotten."""
    built = build(DATABASE, wanted.start_date.isoformat(), wanted.end_date.isoformat())
    if cache:
        await cache.flushdb()
    return built

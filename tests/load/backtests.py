"""Our engine beside two others over one recorded chain, data loading included, in turn and in one run.

    python tests/load/backtests.py BACKTEST_CSV BACKTEST_PARQUET FILE.parquet…

is how tests/load/backtests.mjs calls it: two programs of scripts/build-bench, and the recorded chain as the warehouse's files.
Needs the recorded chain itself ($EQUIPOISE_SHARED, else ../shared) and tests/load/requirements.txt in the interpreter that runs
it. What each does: ours and the reference simulator run the same scenario as whole processes and must agree, ours once from
the simulator's own csv.gz and once from our Parquet. optopsy reads the csv.gz and prices every short put up to 21 days held
to expiry, which is its whole model: no account, no marks between entry and exit, no fees; ours runs one scenario of short
puts of 7 to 21 days held to expiry, with all of these. Prints JSON.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
OPTIONS = pathlib.Path(os.environ.get("EQUIPOISE_SHARED", REPOSITORY / "../shared")) / "data/options"
CHAIN = OPTIONS / "spxw_2019_core.csv.gz"
SCENARIOS = ["s19_short_put_16d_flat_natural_exp", "s19_iron_condor_30_10_flat_tp50_sl150_dte3"]

OPTOPSY = """
import sys, warnings
warnings.filterwarnings("ignore")
import optopsy
chain = optopsy.csv_data(sys.argv[1], underlying_symbol=1, underlying_price=2, quote_date=0, expiration=3, strike=4,
                         option_type=5, bid=6, ask=7)
print(len(optopsy.short_puts(chain, max_entry_dte=21, exit_dte=0, raw=True, slippage="spread")))
"""


def timed(command):
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stderr[-2000:]}")
    return time.perf_counter() - started, done.stdout


def agrees(said, stats):
    """Whether a run of ours has the trades and the final equity of the reference simulator."""
    if said.startswith("{"):
        fields = json.loads(said)
    else:
        fields = dict(field.split("=") for field in said.split())
    same = int(fields["trades"]) == stats["trades"]
    return same and abs(float(fields["final_equity"]) / stats["final_equity"] - 1) <= 1e-9


def main():
    if len(sys.argv) < 4:
        sys.exit("usage: backtests.py BACKTEST_CSV BACKTEST_PARQUET FILE.parquet…")
    from_csv, from_parquet, *files = sys.argv[1:]
    golden = OPTIONS / "golden/scenarios.json"
    scenarios = {scenario["name"]: scenario for scenario in json.loads(golden.read_text())}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in SCENARIOS:
            body = dict(scenarios[name], conventions="reference")
            body["underlying"] = body.pop("data")["underlying"]
            strategy = pathlib.Path(folder) / f"{name}.json"
            strategy.write_text(json.dumps(body))
            times = {"csv": [], "parquet": [], "refsim": []}
            for _ in range(ROUNDS):
                seconds, said_csv = timed([from_csv, str(CHAIN), str(strategy)])
                times["csv"].append(seconds)
                seconds, said_parquet = timed([from_parquet, str(strategy), "1", *files])
                times["parquet"].append(seconds)
                seconds, _ = timed([sys.executable, str(OPTIONS / "refsim.py"), str(golden), folder, name])
                times["refsim"].append(seconds)
            stats = json.loads((pathlib.Path(folder) / name / "stats.json").read_text())
            for said in (said_csv, said_parquet):
                if not agrees(said, stats):
                    sys.exit(f"{name} differs: {said} but {stats}")
            short = "short put" if "short_put" in name else "iron condor"
            rows.append(row(f"whole run from csv.gz ÷ reference simulator's, {short}", times, "csv", "refsim", 8))
            rows.append(row(f"whole run from our Parquet ÷ reference simulator's, {short}", times, "parquet", "refsim", 20))
        strategy = pathlib.Path(folder) / f"{SCENARIOS[0]}.json"
        times = {"csv": [], "optopsy": []}
        for _ in range(ROUNDS):
            times["csv"].append(timed([from_csv, str(CHAIN), str(strategy)])[0])
            seconds, said = timed([sys.executable, "-c", OPTOPSY, str(CHAIN)])
            times["optopsy"].append(seconds)
        rows.append(row("whole run from csv.gz ÷ optopsy's, short puts to expiry", times, "csv", "optopsy", 5))
        rows[-1]["how"] += f"; optopsy prices {said.strip()} entries, each by itself"
    print(json.dumps(rows))


def row(what, times, ours, other, target):
    """A row of the table: the ratio of the medians."""
    mine, theirs = statistics.median(times[ours]), statistics.median(times[other])
    return {"what": what, "ratio": theirs / mine, "target": target, "how": f"{mine:.3f} s against {theirs:.3f} s"}


main()

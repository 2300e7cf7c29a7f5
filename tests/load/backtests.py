"""Our engine beside two others over one recorded chain, data loading included, in turn and in one run.

    cargo build --profile bench -p equipoise-domain --example backtest_csv
    python tests/load/backtests.py target/release/examples/backtest_csv

Needs the recorded chains ($EQUIPOISE_SHARED, else ../shared) and optopsy 2.2.0 in the interpreter that runs it. What each
does: ours and the reference simulator run the same scenario as whole processes from the same csv.gz, and must agree. optopsy
reads the same file and prices every short put up to 21 days held to expiry, which is its whole model: no account, no marks
between entry and exit, no fees; ours runs one scenario of short puts of 7 to 21 days held to expiry, with all of these.
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


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: backtests.py BACKTEST_CSV")
    if not CHAIN.exists():
        print(f"skipped: {CHAIN} is not there")
        return
    ours_binary = pathlib.Path(sys.argv[1]).resolve()
    scenarios = {scenario["name"]: scenario for scenario in json.loads((OPTIONS / "golden/scenarios.json").read_text())}
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name in SCENARIOS:
            body = dict(scenarios[name], conventions="reference")
            body["underlying"] = body.pop("data")["underlying"]
            strategy = pathlib.Path(folder) / f"{name}.json"
            strategy.write_text(json.dumps(body))
            times = {"ours": [], "refsim": []}
            for _ in range(ROUNDS):
                seconds, said = timed([str(ours_binary), str(CHAIN), str(strategy)])
                times["ours"].append(seconds)
                seconds, _ = timed([sys.executable, str(OPTIONS / "refsim.py"), str(OPTIONS / "golden/scenarios.json"), folder, name])
                times["refsim"].append(seconds)
            stats = json.loads((pathlib.Path(folder) / name / "stats.json").read_text())
            fields = dict(field.split("=") for field in said.split())
            agree = int(fields["trades"]) == stats["trades"]
            agree &= abs(float(fields["final_equity"]) / stats["final_equity"] - 1) <= 1e-9
            failed |= not report(name, "refsim", times, 8) or not agree
            print(f"  trades and final equity {'agree' if agree else 'DIFFER'}: {said.strip()}")
        strategy = pathlib.Path(folder) / f"{SCENARIOS[0]}.json"
        times = {"ours": [], "optopsy": []}
        for _ in range(ROUNDS):
            times["ours"].append(timed([str(ours_binary), str(CHAIN), str(strategy)])[0])
            seconds, said = timed([sys.executable, "-c", OPTOPSY, str(CHAIN)])
            times["optopsy"].append(seconds)
        failed |= not report("short puts to expiry", "optopsy", times, 5)
        print(f"  optopsy priced {said.strip()} entries")
    sys.exit(1 if failed else 0)


def report(name, other, times, target):
    ours, theirs = statistics.median(times["ours"]), statistics.median(times[other])
    ratio = theirs / ours
    verdict = "pass" if ratio >= target else "FAIL"
    print(f"{name}: ours {ours:.3f} s, {other} {theirs:.3f} s, {ratio:.1f} x (target {target} x) {verdict}")
    return ratio >= target


main()

"""Compares our weightings with independent libraries on real data, and says how far they lie apart.

Needs a folder of real market data (EQUIPOISE_SHARED, else ../shared beside the repository) and
    pip install numpy pandas scikit-learn skfolio riskfolio-lib PyPortfolioOpt
Then: python tests/research/compare_weightings.py

On several month ends of five years: the 100 largest by market cap, 252 daily returns each, as the product weighs them.
- Ledoit-Wolf covariance: scikit-learn's LedoitWolf, on which skfolio and PyPortfolioOpt build (1e-10 of the largest variance)
- equal risk contribution: riskfolio-lib's and skfolio's RiskBudgeting (their solvers' tolerance, 1e-4 of weight)
- minimum variance: skfolio's MeanRisk and PyPortfolioOpt's min_volatility (likewise); ours must not have a larger variance
- inverse volatility: skfolio's InverseVolatility (1e-12)
Capped, equal, cap and sector-neutral weights are arithmetic, and their unit tests show it.
"""
import json
import os
import pathlib
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import riskfolio
from pypfopt import EfficientFrontier
from sklearn.covariance import LedoitWolf
from skfolio.moments import EmpiricalCovariance
from skfolio.optimization import InverseVolatility, MeanRisk, ObjectiveFunction, RiskBudgeting
from skfolio.prior import EmpiricalPrior
from skfolio.moments import LedoitWolf as SkfolioLedoitWolf

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("EQUIPOISE_SHARED", ROOT / "../shared"))
FOLDER = SHARED / "data/us_2013_2018"
SESSIONS = ["2014-03-31", "2015-06-30", "2016-01-29", "2017-09-29", "2018-01-31"]


def ours(caps, returns):
    lines = "\n".join(",".join(repr(float(x)) for x in [cap, *returns[name]]) for name, cap in caps.items())
    binary = [str(ROOT / "scripts/with-tools"), "cargo", "run", "-q", "-p", "system-tests", "--features", "load", "--bin", "weigh"]
    done = subprocess.run(binary, input=lines, capture_output=True, text=True, cwd=ROOT, check=True)
    return {name: np.array(values) for name, values in json.loads(done.stdout).items()}


def main():
    if not FOLDER.exists():
        sys.exit(f"skipped: {FOLDER} is not there")
    rows = pd.read_csv(FOLDER / "daily_prices.csv.gz", keep_default_na=False, na_values={"close": [""]})
    closes = rows.pivot(index="date", columns="ticker", values="close")
    shares = pd.read_csv(FOLDER / "shares.csv", keep_default_na=False).set_index("ticker")["shares_outstanding"].astype(float)
    worst = {}

    def note(what, distance, limit):
        worst[what] = max(worst.get(what, 0.0), distance)
        if not distance <= limit:
            sys.exit(f"{what}: {distance:.3g} is more than {limit:g}")

    for session in SESSIONS:
        window = closes.loc[:session].iloc[-253:]
        full = window.columns[window.notna().all()]
        caps = (window.loc[session, full] * shares[full]).sort_values(ascending=False).head(100)
        returns = window[caps.index].pct_change().iloc[1:]
        found = ours(caps, returns)
        for name, weights in found.items():
            if name != "covariance":
                note(f"{name}: sum less 1", abs(weights.sum() - 1.0), 1e-12)
        # Covariance.
        theirs = LedoitWolf().fit(returns).covariance_
        covariance = found["covariance"]
        note("covariance, scikit-learn", np.abs(theirs - covariance).max() / theirs.max(), 1e-10)
        prior = EmpiricalPrior(covariance_estimator=SkfolioLedoitWolf())
        # Equal risk.
        weights = RiskBudgeting(prior_estimator=prior, solver="CLARABEL").fit(returns).weights_
        note("erc, skfolio", np.abs(weights - found["erc"]).max(), 1e-4)
        portfolio = riskfolio.Portfolio(returns=returns)
        portfolio.mu, portfolio.cov = returns.mean().to_frame().T, pd.DataFrame(theirs, caps.index, caps.index)
        weights = portfolio.rp_optimization(model="Classic", rm="MV", rf=0, b=None, hist=True)
        note("erc, riskfolio-lib", np.abs(weights["weights"].to_numpy() - found["erc"]).max(), 1e-4)
        parts = found["erc"] * (covariance @ found["erc"])
        note("erc, spread of contributions", np.ptp(parts) / parts.mean(), 1e-10)
        # Minimum variance.
        variance = lambda weights: weights @ theirs @ weights
        others = {
            "skfolio": MeanRisk(objective_function=ObjectiveFunction.MINIMIZE_RISK, prior_estimator=prior, solver="CLARABEL").fit(returns).weights_,
            "PyPortfolioOpt": np.array(list(EfficientFrontier(None, pd.DataFrame(theirs, caps.index, caps.index)).min_volatility().values())),
        }
        for name, weights in others.items():
            note(f"min_variance, {name}", np.abs(weights - found["min_variance"]).max(), 2e-3)
            note(f"min_variance, ours above {name}'s", variance(found["min_variance"]) / variance(weights) - 1.0, 1e-9)
        # Inverse volatility.
        plain = EmpiricalPrior(covariance_estimator=EmpiricalCovariance())
        weights = InverseVolatility(prior_estimator=plain).fit(returns).weights_
        note("inverse_volatility, skfolio", np.abs(weights - found["inverse_volatility"]).max(), 1e-12)
        # Capped: no weight above the limit, and those below it in the proportions of their caps.
        capped = found["capped"]
        free = capped < 0.05 - 1e-12
        note("capped, above the limit", max(capped.max() - 0.05, 0.0), 1e-15)
        ratios = capped[free] / caps.to_numpy()[free]
        note("capped, spread of proportions", np.ptp(ratios) / ratios.mean(), 1e-12)
        print(session, "is the same")
    for what, distance in worst.items():
        print(f"{what:45} {distance:.2e}")


if __name__ == "__main__":
    main()

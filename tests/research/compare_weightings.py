"""Compares our weightings with independent libraries on real data, and says how far they lie apart.

`make weightings` installs requirements.txt beside this and runs it. Needs a folder of real market data (EQUIPOISE_SHARED, else ../shared
beside the repository).

On several month ends of five years: the 100 largest by market cap, 252 daily returns each, as the product weighs them.
- Ledoit-Wolf covariance: scikit-learn's LedoitWolf, on which skfolio and PyPortfolioOpt build (1e-10 of the largest variance)
- equal risk contribution: riskfolio-lib's and skfolio's RiskBudgeting (their solvers' tolerance, 1e-5 of weight)
- minimum variance: skfolio's MeanRisk and PyPortfolioOpt's min_volatility (likewise, 5e-4); ours must not have a larger variance
- inverse volatility: skfolio's InverseVolatility (1e-12)
- capped: ffn's limit_weights, and the projection of the caps onto the weights allowed by relative entropy, which is what handing on the
  excess in proportion comes to, by CVXPY's Clarabel (2e-5 of weight)
- sector-neutral, equal and by cap: bt's strategies, for the first a tree of sectors with members below (1e-12)
A solver stops once its objective is within e of the least, 1e-8 here, and near its least an objective is flat: d of a weight costs
d^2/2 times the curvature, so that weights may be off by sqrt(2e/curvature). Of relative entropy the curvature is 1/w, which for w = 0.01 is
1.4e-5. Of equal risk and of least variance it depends on the covariance, and is small where members move alike: there the limits are
what is needed by the flattest of them, and what decides is that our contributions are equal to 1e-10 and our variance is not above
theirs. What is arithmetic is held to rounding.
"""
import json
import os
import pathlib
import subprocess
import sys
import warnings

import bt
import cvxpy
import ffn
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


def ours(caps, sectors, returns):
    row = lambda name, cap: ",".join([repr(float(cap)), sectors[name], *(repr(float(x)) for x in returns[name])])
    lines = "\n".join(row(name, cap) for name, cap in caps.items())
    binary = [str(ROOT / "scripts/with-tools"), "cargo", "run", "-q", "-p", "system-tests", "--features", "load", "--bin", "weigh"]
    done = subprocess.run(binary, input=lines, capture_output=True, text=True, cwd=ROOT, check=True)
    return {name: np.array(values) for name, values in json.loads(done.stdout).items()}


def by_strategy(strategy, prices):
    """The weights that a strategy of bt holds after its first day, in the order of the prices."""
    test = bt.Backtest(strategy, prices, initial_capital=1e6, integer_positions=False, progress_bar=False)
    bt.run(test)
    return test.security_weights.iloc[-1].reindex(prices.columns).to_numpy()


def rebalanced(name, weighting, children=None):
    return bt.Strategy(name, [bt.algos.RunDaily(run_on_end_of_period=True), bt.algos.SelectAll(), weighting, bt.algos.Rebalance()], children)


def main():
    if not FOLDER.exists():
        sys.exit(f"skipped: {FOLDER} is not there")
    rows = pd.read_csv(FOLDER / "daily_prices.csv.gz", keep_default_na=False, na_values={"close": [""]})
    closes = rows.pivot(index="date", columns="ticker", values="close")
    companies = pd.read_csv(FOLDER / "shares.csv", keep_default_na=False).set_index("ticker")
    shares, sectors = companies["shares_outstanding"].astype(float), companies["sector"].str.replace(",", ";")
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
        found = ours(caps, sectors, returns)
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
        note("erc, skfolio", np.abs(weights - found["erc"]).max(), 1e-5)
        portfolio = riskfolio.Portfolio(returns=returns)
        portfolio.mu, portfolio.cov = returns.mean().to_frame().T, pd.DataFrame(theirs, caps.index, caps.index)
        weights = portfolio.rp_optimization(model="Classic", rm="MV", rf=0, b=None, hist=True)
        note("erc, riskfolio-lib", np.abs(weights["weights"].to_numpy() - found["erc"]).max(), 1e-5)
        parts = found["erc"] * (covariance @ found["erc"])
        note("erc, spread of contributions", np.ptp(parts) / parts.mean(), 1e-10)
        # Minimum variance.
        variance = lambda weights: weights @ theirs @ weights
        others = {
            "skfolio": MeanRisk(objective_function=ObjectiveFunction.MINIMIZE_RISK, prior_estimator=prior, solver="CLARABEL").fit(returns).weights_,
            "PyPortfolioOpt": np.array(list(EfficientFrontier(None, pd.DataFrame(theirs, caps.index, caps.index)).min_volatility().values())),
        }
        for name, weights in others.items():
            note(f"min_variance, {name}", np.abs(weights - found["min_variance"]).max(), 5e-4)
            note(f"min_variance, ours above {name}'s", variance(found["min_variance"]) / variance(weights) - 1.0, 1e-9)
        # Inverse volatility.
        plain = EmpiricalPrior(covariance_estimator=EmpiricalCovariance())
        weights = InverseVolatility(prior_estimator=plain).fit(returns).weights_
        note("inverse_volatility, skfolio", np.abs(weights - found["inverse_volatility"]).max(), 1e-12)
        # Capped: as others hand on the excess, none above the limit, and those below it in the proportions of their caps.
        by_cap = caps / caps.sum()
        at_limit = []
        for scheme, limit in [("capped", 0.05), ("capped_low", 0.015)]:
            capped = found[scheme]
            limited = ffn.limit_weights(by_cap, limit).reindex(caps.index).to_numpy()
            note(f"{scheme}, ffn", np.abs(limited - capped).max(), 1e-12)
            near = cvxpy.Variable(len(caps))
            allowed = [cvxpy.sum(near) == 1, near <= limit]
            cvxpy.Problem(cvxpy.Minimize(cvxpy.sum(cvxpy.kl_div(near, by_cap.to_numpy()))), allowed).solve(solver="CLARABEL")
            note(f"{scheme}, CVXPY", np.abs(near.value - capped).max(), 2e-5)
            free = capped < limit - 1e-12
            note(f"{scheme}, above the limit", max(capped.max() - limit, 0.0), 1e-15)
            ratios = capped[free] / caps.to_numpy()[free]
            note(f"{scheme}, spread of proportions", np.ptp(ratios) / ratios.mean(), 1e-12)
            at_limit.append(int((~free).sum()))
        # What is arithmetic, by the trees of another program: two days of the same closes, so that nothing drifts.
        prices = window[caps.index].iloc[[-1, -1]].set_axis(pd.to_datetime(window.index[-2:]))
        groups = sectors[caps.index].groupby(sectors[caps.index]).groups
        tree = [rebalanced(sector, bt.algos.WeighEqually(), list(names)) for sector, names in groups.items()]
        others = {
            "sector_equal": rebalanced("all", bt.algos.WeighEqually(), tree),
            "equal": rebalanced("all", bt.algos.WeighEqually()),
            "cap": rebalanced("all", bt.algos.WeighSpecified(**(caps / caps.sum()).to_dict())),
        }
        for name, strategy in others.items():
            note(f"{name}, bt", np.abs(by_strategy(strategy, prices) - found[name]).max(), 1e-12)
        print(session, f"is the same: {len(groups)} sectors, {at_limit} at the limits")
    for what, distance in worst.items():
        print(f"{what:45} {distance:.2e}")


if __name__ == "__main__":
    main()

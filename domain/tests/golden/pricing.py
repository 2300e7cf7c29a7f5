"""Prices, Greeks and volatilities of QuantLib 1.44 for golden_pricing.rs: python3 pricing.py > pricing.csv

European: AnalyticEuropeanEngine, Actual/365, continuous rates. American: BaroneAdesiWhaleyApproximationEngine,
BinomialVanillaEngine("lr", 801), FdBlackScholesVanillaEngine with cash dividends (escrowed, 2 000 x 2 000).
"""
import itertools

import QuantLib as ql

TODAY = ql.Date(2, 1, 2024)
ql.Settings.instance().evaluationDate = TODAY
DAYS = ql.Actual365Fixed()


def process(spot, rate, dividend_yield, volatility):
    quote = ql.QuoteHandle(ql.SimpleQuote(spot))
    curve = lambda number: ql.YieldTermStructureHandle(ql.FlatForward(TODAY, number, DAYS))
    surface = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(TODAY, ql.NullCalendar(), volatility, DAYS))
    return ql.BlackScholesMertonProcess(quote, curve(dividend_yield), curve(rate), surface)


def option(right, strike, days, early):
    end = TODAY + days
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if right == "c" else ql.Option.Put, strike)
    return ql.VanillaOption(payoff, ql.AmericanExercise(TODAY, end) if early else ql.EuropeanExercise(end))


print("kind,right,spot,strike,days,rate,yield,volatility,dividend_days,dividend,price,delta,gamma,theta,vega,rho,implied")


def line(kind, right, spot, strike, days, rate, dividend_yield, volatility, dividend, numbers):
    fields = [kind, right, spot, strike, days, rate, dividend_yield, volatility, *dividend, *map(repr, numbers)]
    print(",".join(map(str, fields)))


for right, strike, days, volatility, (rate, dividend_yield) in itertools.product(
    "cp", [70.0, 95.0, 100.0, 130.0], [1, 30, 365], [0.1, 0.35, 1.2], [(0.0, 0.0), (0.05, 0.02), (-0.01, 0.0)]
):
    of = process(100.0, rate, dividend_yield, volatility)
    european = option(right, strike, days, False)
    european.setPricingEngine(ql.AnalyticEuropeanEngine(of))
    price = european.NPV()
    if price < 1e-6:
        continue
    try:
        implied = european.impliedVolatility(price, of, 1e-14, 1000, 1e-4, 10.0)
    except RuntimeError:
        implied = ""
    numbers = [price, european.delta(), european.gamma(), european.theta() / 365, european.vega() / 100, european.rho() / 100, implied]
    line("european", right, 100.0, strike, days, rate, dividend_yield, volatility, ("", ""), numbers)

for right, strike, days, volatility, (rate, dividend_yield) in itertools.product(
    "cp", [80.0, 100.0, 120.0], [30, 365], [0.15, 0.4], [(0.05, 0.0), (0.05, 0.08)]
):
    of = process(100.0, rate, dividend_yield, volatility)
    american = option(right, strike, days, True)
    for kind, engine in [
        ("baw", ql.BaroneAdesiWhaleyApproximationEngine(of)),
        ("tree", ql.BinomialVanillaEngine(of, "lr", 801)),
    ]:
        american.setPricingEngine(engine)
        line(kind, right, 100.0, strike, days, rate, dividend_yield, volatility, ("", ""), [american.NPV()])

for right, strike, early in itertools.product("cp", [85.0, 100.0, 115.0], [True, False]):
    of = process(100.0, 0.04, 0.0, 0.25)
    dividend = ql.FixedDividend(3.0, TODAY + 120)
    paid = option(right, strike, 240, early)
    model = ql.FdBlackScholesVanillaEngine.Escrowed
    engine = ql.FdBlackScholesVanillaEngine(of, [dividend], 2000, 2000, 0, ql.FdmSchemeDesc.CrankNicolson(), False, -ql.nullDouble(), model)
    paid.setPricingEngine(engine)
    kind = "cash_early" if early else "cash_late"
    line(kind, right, 100.0, strike, 240, 0.04, 0.0, 0.25, (120, 3.0), [paid.NPV()])

//! Chains made up for tests: a few quotes written out, or a whole market from a seed.

use domain::backtest::{DayRecord, Events, Plan, Report, Run, Trade};
use domain::options::pricing::{Terms, black_scholes, greeks};
use domain::options::strategy::Strategy;
use domain::options::{ChainDay, Right};
use domain::units::Day;
use serde_json::{Value, json};

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[track_caller]
pub(crate) fn close(is: f64, should: f64) {
    assert!((is - should).abs() <= 1e-9 * should.abs().max(1.0), "{is} is not {should}");
}

pub(crate) fn leg(side: &str, kind: &str, strike: f64) -> Value {
    json!({"side": side, "type": kind, "select": {"by": "strike", "target": strike}})
}

/// One quote.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) expiration: Day,
    pub(crate) root: String,
    pub(crate) right: Right,
    pub(crate) strike: f64,
    pub(crate) bid: f64,
    pub(crate) ask: f64,
    pub(crate) delta: f64,
    pub(crate) open_interest: f64,
}

pub(crate) fn row(expiration: &str, right: Right, strike: f64, bid: f64, ask: f64) -> Row {
    let root = String::new();
    Row { expiration: day(expiration), root, right, strike, bid, ask, delta: f64::NAN, open_interest: f64::NAN }
}

/// One session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Snapshot {
    pub(crate) day: Day,
    pub(crate) spot: f64,
    pub(crate) open: Option<f64>,
    pub(crate) rows: Vec<Row>,
}

pub(crate) fn snapshot(text: &str, spot: f64, rows: &[Row]) -> Snapshot {
    Snapshot { day: day(text), spot, open: None, rows: rows.to_vec() }
}

impl Snapshot {
    /// Calls with the session's chain.
    pub(crate) fn with_chain<T>(&self, then: impl FnOnce(&ChainDay<'_>) -> T) -> T {
        let mut rows = self.rows.clone();
        rows.sort_by(|a, b| {
            let key = |row: &Row| (row.expiration, row.root.clone(), row.right);
            key(a).cmp(&key(b)).then(a.strike.total_cmp(&b.strike))
        });
        let mut names: Vec<&str> = rows.iter().map(|row| row.root.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let place = |row: &Row| u16::try_from(names.binary_search(&row.root.as_str()).unwrap()).unwrap();
        let roots: Vec<u16> = rows.iter().map(place).collect();
        let expirations: Vec<i32> = rows.iter().map(|row| row.expiration.number()).collect();
        let rights: Vec<Right> = rows.iter().map(|row| row.right).collect();
        let column = |of: fn(&Row) -> f64| rows.iter().map(of).collect::<Vec<f64>>();
        let (strikes, bids, asks) = (column(|row| row.strike), column(|row| row.bid), column(|row| row.ask));
        let (deltas, open_interests) = (column(|row| row.delta), column(|row| row.open_interest));
        then(&ChainDay {
            open: self.open,
            root_names: &names,
            roots: &roots,
            deltas: &deltas,
            open_interests: &open_interests,
            ..ChainDay::new(self.day, self.spot, &expirations, &rights, &strikes, &bids, &asks)
        })
    }
}

/// Everything that a whole run gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) days: Vec<DayRecord>,
    pub(crate) trades: Vec<Trade>,
    pub(crate) report: Report,
}

/// A strategy from a body with the fields that every test has.
pub(crate) fn plan(body: &Value) -> Plan {
    let mut whole = json!({
        "underlying": "SPX", "dte": {"target": 10, "min": 0, "max": 90},
        "entry": {"when": "every_n_days", "n": 1000}, "fill": {"model": "mid"},
    });
    for (name, value) in body.as_object().unwrap() {
        whole[name] = value.clone();
    }
    Plan::of(&Strategy::from_value(&whole).unwrap_or_else(|error| panic!("{error}: {whole}"))).unwrap()
}

pub(crate) fn run_with(plan: &Plan, events: Events, sessions: &[Snapshot]) -> Outcome {
    let plan = plan.clone().with_events(events);
    let mut run = Run::start(&plan);
    let (mut days, mut trades) = (Vec::new(), Vec::new());
    for (place, session) in sessions.iter().enumerate() {
        let is_last = place + 1 == sessions.len();
        let step = session.with_chain(|chain| run.step(&plan, chain, is_last)).unwrap();
        days.push(step.day);
        trades.extend(step.trades);
    }
    let report = run.finish(&plan, &days, &trades, None);
    Outcome { days, trades, report }
}

pub(crate) fn run(plan: &Plan, sessions: &[Snapshot]) -> Outcome {
    run_with(plan, Events::default(), sessions)
}

/// A market from a few numbers: a walk of the underlying, weekly expirations, quotes of one volatility with a spread, some
/// of them missing, without a bid or crossed.
pub(crate) fn market(seed: u64, n_sessions: usize) -> Vec<Snapshot> {
    let mut chance = Chance(seed);
    let days = domain::calendar::sessions(domain::units::DayRange::new(day("2019-01-02"), day("2019-12-31")).unwrap());
    let mut spot = 100.0;
    let mut volatility = 0.2;
    let sessions = days.iter().take(n_sessions).map(|session| {
        spot *= 1.0 + 0.03 * (chance.next() - 0.5);
        volatility = (volatility + 0.02 * (chance.next() - 0.5)).clamp(0.08, 0.6);
        let rows = quotes(*session, spot, volatility, &mut chance);
        Snapshot { day: *session, spot, open: Some(spot * 1.001), rows }
    });
    sessions.collect()
}

fn quotes(session: Day, spot: f64, volatility: f64, chance: &mut Chance) -> Vec<Row> {
    let mut rows = Vec::new();
    // Fridays, five weeks ahead and two far ones.
    let days_to_friday = (11 - i32::try_from(session.weekday().num_days_from_monday()).unwrap()) % 7;
    for week in [0, 1, 2, 3, 4, 8, 12] {
        let expiration = session.plus(days_to_friday + 7 * week);
        let years = f64::from(expiration.number() - session.number()).max(0.25) / 365.0;
        for step in 0..13 {
            let strike = 82.0 + 3.0 * f64::from(step);
            for right in [Right::Call, Right::Put] {
                let terms = Terms { right, spot, strike, years, rate: 0.0, dividend_yield: 0.0 };
                let (price, luck) = (black_scholes(&terms, volatility), chance.next());
                let half = 0.01 + 0.02 * price * chance.next();
                let (mut bid, mut ask) = ((price - half).max(0.0), price + half);
                if luck < 0.05 {
                    continue;
                } else if luck < 0.08 {
                    bid = 0.0;
                } else if luck < 0.10 {
                    std::mem::swap(&mut bid, &mut ask);
                } else if luck < 0.11 {
                    (bid, ask) = (-1.0, f64::NAN);
                }
                let delta = if luck > 0.5 { greeks(&terms, volatility).delta } else { f64::NAN };
                let open_interest = (chance.next() * 2_000.0).floor();
                rows.push(Row { expiration, root: String::new(), right, strike, bid, ask, delta, open_interest });
            }
        }
    }
    rows
}

/// Numbers from 0 to 1 in a settled order.
#[derive(Clone, Debug)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> f64 {
        f64::from(self.bits()) / f64::from(1_u32 << 31)
    }

    /// A number below n.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.bits()).unwrap() % n
    }

    fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap()
    }
}

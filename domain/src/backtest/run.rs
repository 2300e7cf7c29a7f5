//! The account after some sessions, and the session that comes next.

use serde::{Deserialize, Serialize};

use super::hash::{DataDigest, chained};
use super::hedge::HedgeHolding;
use super::ledger::Ledger;
use super::market::Market;
use super::open::PendingEntry;
use super::plan::Plan;
use super::position::Position;
use super::quality::DataQuality;
use super::records::{Attribution, DayRecord, NetGreeks, Rejections, Step, Trade};
use super::size::Tally;
use crate::options::{ChainDay, ChainError, ChainSeries, index_series};
use crate::units::Day;

/// Why a session cannot be stepped.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RunError {
    /// The chain cannot be read.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The session is not after the one before.
    #[error("expected a session after {before}, was {day}")]
    NotAfter {
        /// The session before.
        before: Day,
        /// The session given.
        day: Day,
    },
    /// The last session was stepped already.
    #[error("the run ended on {0}")]
    Ended(Day),
    /// The run was started for another plan.
    #[error("expected the plan that the run was started with")]
    OtherPlan,
    /// The money does not add up: a fault of the engine, never of the data.
    #[error("the accounts of {day} do not add up: equity {equity}, but {expected} by {rule}")]
    Unbalanced {
        /// The session.
        day: Day,
        /// Cash and marks.
        equity: f64,
        /// What it should be.
        expected: f64,
        /// By which reckoning.
        rule: &'static str,
    },
}

/// Why a checkpoint cannot be resumed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The bytes are none.
    #[error("expected a checkpoint: {0}")]
    Malformed(String),
    /// Another version of the engine wrote it.
    #[error("expected a checkpoint of engine version {expected}, was {found}")]
    OtherVersion {
        /// This engine's.
        expected: &'static str,
        /// The checkpoint's.
        found: String,
    },
    /// It belongs to another plan.
    #[error("expected the plan that the checkpoint was written for")]
    OtherPlan,
}

/// The account after some sessions: what is open, and sums of what is closed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    pub(super) engine_version: String,
    pub(super) plan_hash: String,
    /// Sessions stepped.
    pub(super) sessions: u32,
    pub(super) first: Option<i32>,
    /// The session before, as its number, and the underlying's price then.
    pub(super) before: Option<(i32, f64)>,
    pub(super) ended: bool,
    /// The roots of all contracts ever held.
    pub(super) roots: Vec<String>,
    pub(super) open: Vec<Position>,
    pub(super) pending: Option<PendingEntry>,
    /// An exit asked for a new package this session.
    pub(super) roll: bool,
    pub(super) ledger: Ledger,
    pub(super) hedge: HedgeHolding,
    /// The highest equity so far, the starting balance included.
    pub(super) peak: f64,
    pub(super) equity: f64,
    pub(super) trades: u32,
    pub(super) tally: Tally,
    /// The underlying's prices of the last sessions, for its volatility.
    pub(super) spots: Vec<f64>,
    pub(super) rejections: Rejections,
    pub(super) quality: DataQuality,
    pub(super) attribution: Attribution,
    pub(super) data: DataDigest,
    pub(super) results: [u8; 32],
    /// Room for the series of the session's chain.
    #[serde(skip)]
    pub(super) series: Vec<ChainSeries>,
}

/// What a session has brought so far.
#[derive(Debug)]
pub(super) struct Session<'a> {
    pub(super) plan: &'a Plan,
    pub(super) market: Market<'a>,
    pub(super) day: Day,
    pub(super) spot: f64,
    /// The session before and its price.
    pub(super) before: Option<(Day, f64)>,
    pub(super) is_last: bool,
    pub(super) trades: Vec<Trade>,
    pub(super) opened: u32,
    pub(super) realised: f64,
    pub(super) fees: f64,
    pub(super) stale_marks: u32,
    /// What is explained of this session's profit; the residual is found at its end.
    pub(super) parts: Attribution,
}

impl Session<'_> {
    /// The session's number.
    pub(super) fn number(&self) -> i32 {
        self.day.number()
    }
}

impl Run {
    /// An account with the plan's capital, before its first session.
    #[must_use]
    pub fn start(plan: &Plan) -> Self {
        let capital = plan.strategy().capital;
        Self {
            engine_version: super::ENGINE_VERSION.to_owned(),
            plan_hash: plan.hash().to_owned(),
            sessions: 0,
            first: None,
            before: None,
            ended: false,
            roots: Vec::new(),
            open: Vec::new(),
            pending: None,
            roll: false,
            ledger: Ledger::of(capital),
            hedge: HedgeHolding::default(),
            peak: capital,
            equity: capital,
            trades: 0,
            tally: Tally::default(),
            spots: Vec::new(),
            rejections: Rejections::default(),
            quality: DataQuality::default(),
            attribution: Attribution::default(),
            data: DataDigest::default(),
            results: [0; 32],
            series: Vec::new(),
        }
    }

    /// Resumes from a checkpoint, exactly where it was written.
    ///
    /// # Errors
    /// [`CheckpointError`] where the bytes are no checkpoint of this engine and plan.
    pub fn resume(plan: &Plan, checkpoint: &[u8]) -> Result<Self, CheckpointError> {
        let run: Self =
            postcard::from_bytes(checkpoint).map_err(|error| CheckpointError::Malformed(error.to_string()))?;
        if run.engine_version != super::ENGINE_VERSION {
            let found = run.engine_version.chars().take(20).collect();
            return Err(CheckpointError::OtherVersion { expected: super::ENGINE_VERSION, found });
        }
        if run.plan_hash == plan.hash() { Ok(run) } else { Err(CheckpointError::OtherPlan) }
    }

    /// The account as bytes: the same account gives the same bytes.
    #[must_use]
    pub fn checkpoint(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("an account consists of numbers, texts and lists")
    }

    /// The last session stepped.
    #[must_use]
    pub fn last_day(&self) -> Option<Day> {
        self.before.map(|(number, _)| Day::from_number(number))
    }

    /// Sessions stepped so far.
    #[must_use]
    pub fn sessions(&self) -> u32 {
        self.sessions
    }

    /// The equity after the last session; the capital before the first.
    #[must_use]
    pub fn equity(&self) -> f64 {
        self.equity
    }

    /// Steps one session: settles what expires, closes, opens, marks.
    ///
    /// *Inputs*: the plan that the run was started with; the session's chain; whether it is the last, on which everything is
    /// closed. *Returns*: the account at its end and the trades closed in it.
    ///
    /// # Errors
    /// [`RunError`]; the run must not be stepped any further.
    pub fn step(&mut self, plan: &Plan, chain: &ChainDay<'_>, is_last: bool) -> Result<Step, RunError> {
        let before = self.before.map(|(number, spot)| (Day::from_number(number), spot));
        if self.plan_hash != plan.hash() {
            return Err(RunError::OtherPlan);
        }
        if let Some((before, _)) = before {
            if self.ended {
                return Err(RunError::Ended(before));
            }
            if chain.day <= before {
                return Err(RunError::NotAfter { before, day: chain.day });
            }
        }
        let mut series = std::mem::take(&mut self.series);
        let indexed = index_series(chain, &mut series);
        let step = indexed.map_err(RunError::from).and_then(|()| self.step_indexed(plan, chain, &series, is_last));
        self.series = series;
        step
    }

    fn step_indexed(
        &mut self,
        plan: &Plan,
        chain: &ChainDay<'_>,
        series: &[ChainSeries],
        is_last: bool,
    ) -> Result<Step, RunError> {
        let before = self.before.map(|(number, spot)| (Day::from_number(number), spot));
        self.data.add(chain);
        self.quality.add(chain, before.map(|(day, _)| day));
        let place = |root: &String| chain.root_names.binary_search(&root.as_str()).ok();
        let place_of = |root| if chain.root_names.is_empty() { Some(0) } else { place(root) };
        let roots: Vec<Option<u16>> =
            self.roots.iter().map(|root| place_of(root).and_then(|place| u16::try_from(place).ok())).collect();
        let mut session = Session {
            plan,
            market: Market { chain, series, roots: &roots },
            day: chain.day,
            spot: chain.spot,
            before,
            is_last,
            trades: Vec::new(),
            opened: 0,
            realised: 0.0,
            fees: 0.0,
            stale_marks: 0,
            parts: Attribution::default(),
        };
        self.roll = false;
        self.apply_events(&mut session);
        self.note_spot(&session);
        self.refresh_marks(&mut session);
        self.settle(&mut session);
        self.close_due(&mut session);
        self.write_calls(&mut session);
        self.enter(&mut session);
        self.answer_margin_call(&mut session);
        self.assign(&mut session);
        self.rebalance_hedge(&mut session);
        self.conclude(session)
    }

    /// Cash, and what everything open is worth at its marks.
    pub(super) fn value_of_all(&self, spot: f64) -> f64 {
        self.ledger.cash + self.open.iter().map(Position::value).sum::<f64>() + self.hedge.value(spot)
    }

    /// Values the account, checks that the money adds up, and writes the session down.
    fn conclude(&mut self, session: Session<'_>) -> Result<Step, RunError> {
        let plan = session.plan;
        let equity = self.value_of_all(session.spot);
        self.ledger.check(
            session.day,
            equity,
            &self.open,
            self.hedge.gross(session.spot),
            self.hedge.profit(session.spot),
        )?;
        let mut greeks = NetGreeks { delta: self.hedge.shares, ..NetGreeks::default() };
        for position in &mut self.open {
            let profit = position.profit();
            position.max_favourable = position.max_favourable.max(profit);
            position.max_adverse = position.max_adverse.min(profit);
            for leg in position.open_legs() {
                let units = leg.units(position.multiplier);
                greeks.delta += units * leg.greeks.delta;
                greeks.gamma += units * leg.greeks.gamma;
                greeks.theta += units * leg.greeks.theta;
                greeks.vega += units * leg.greeks.vega;
            }
        }
        let mut parts = session.parts;
        parts.fees = -session.fees;
        let explained = parts.delta + parts.gamma + parts.theta + parts.vega + parts.fees + parts.slippage;
        parts.residual = equity - self.equity - explained;
        self.attribution.add(&parts);
        self.peak = self.peak.max(equity);
        self.equity = equity;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let day = DayRecord {
            date: session.day,
            spot: session.spot,
            cash: self.ledger.cash,
            positions_value: equity - self.ledger.cash,
            equity,
            drawdown: (self.peak > 0.0).then(|| equity / self.peak - 1.0),
            open_positions: count(self.open.len()),
            opened: session.opened,
            closed: count(session.trades.len()),
            realised: session.realised,
            fees: session.fees,
            margin: self.margin(plan, session.spot),
            buying_power: self.buying_power(plan, equity, session.spot),
            hedge_shares: self.hedge.shares,
            stale_marks: session.stale_marks,
            greeks: Some(greeks),
            attribution: parts,
        };
        self.sessions += 1;
        self.first.get_or_insert(session.day.number());
        self.before = Some((session.day.number(), session.spot));
        self.ended = session.is_last;
        let written = postcard::to_allocvec(&(&day, &session.trades)).expect("records are numbers, texts and lists");
        self.results = chained(&self.results, &written);
        Ok(Step { day, trades: session.trades })
    }
}

impl Attribution {
    fn add(&mut self, other: &Self) {
        self.delta += other.delta;
        self.gamma += other.gamma;
        self.theta += other.theta;
        self.vega += other.vega;
        self.fees += other.fees;
        self.slippage += other.slippage;
        self.residual += other.residual;
    }
}

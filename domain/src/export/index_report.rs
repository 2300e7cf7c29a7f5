//! What the workbook of an index shows: one index over a range of sessions, as plain values.

use crate::index::Constituent;
use crate::units::Day;

/// One index over a range of sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexReport {
    /// The index's slug, for example `top100-equal-daily-price-line`.
    pub slug: String,
    /// The index's definition, field by field, in the order to show.
    pub definition: Vec<Labelled>,
    /// The first day of the range, as asked for.
    pub start_date: Day,
    /// The last day of the range, as asked for; the workbook's creation date.
    pub end_date: Day,
    /// The level of the first session.
    pub base_value: f64,
    /// Whether the prices are those of the sample market, which every sheet then says.
    pub synthetic: bool,
    /// One row for each session, in order of date.
    pub performance: Vec<PerformanceRow>,
    /// The members as chosen at each session's close, in order of date.
    pub compositions: Vec<Composition>,
    /// The members that entered and left, in order of date.
    pub changes: Vec<ChangeRow>,
    /// The statistics of the returns, in the order to show.
    pub statistics: Vec<Statistic>,
    /// Where the numbers come from: data version, method version, inputs, conventions.
    pub method: Vec<Labelled>,
    /// What a reader must know about these numbers; empty for nothing.
    pub warnings: Vec<String>,
}

/// A text with the name of what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The name.
    pub label: String,
    /// The text.
    pub text: String,
}

impl Labelled {
    /// The text under this name.
    #[must_use]
    pub fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self { label: label.into(), text: text.into() }
    }
}

/// One session of the index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerformanceRow {
    /// The session.
    pub date: Day,
    /// The index level at its close; the base value on the range's first session.
    pub level: f64,
    /// The return from the close before, a fraction; `None` where no data of the session before is held.
    pub daily_return: Option<f64>,
    /// The compounded return since the range's first session, a fraction.
    pub cumulative_return: f64,
    /// One-way turnover at this close, a fraction; `None` where there were no members before.
    pub turnover: Option<f64>,
    /// Members chosen at this close.
    pub constituents: u32,
    /// Members whose last known price was carried because they had none this session.
    pub stale_prices: u32,
    /// Whether its inputs changed since it was built.
    pub outdated: bool,
}

/// The members as chosen at one session's close.
#[derive(Clone, Debug, PartialEq)]
pub struct Composition {
    /// The session.
    pub date: Day,
    /// The members, in order of rank.
    pub members: Vec<Constituent>,
}

/// Whether a member came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeAction {
    /// It was chosen at this close and not at the one before.
    Entered,
    /// It was chosen at the close before and not at this one.
    Exited,
}

impl ChangeAction {
    /// The word the API and the workbook use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Exited => "exited",
        }
    }
}

/// One member that came or went.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRow {
    /// The session at whose close it changed.
    pub date: Day,
    /// Its ticker that day.
    pub ticker: String,
    /// Its name, where known.
    pub name: Option<String>,
    /// Whether it came or went.
    pub action: ChangeAction,
    /// Its rank at this close; `None` where it was not eligible.
    pub rank: Option<u32>,
    /// Its rank at the close before; `None` where it was not eligible.
    pub previous_rank: Option<u32>,
    /// Its market capitalisation at this close, in the quote currency.
    pub market_cap: Option<f64>,
    /// Why it came or went.
    pub reason: String,
}

/// What a statistic's value is, which decides how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatisticUnit {
    /// A fraction, shown as a percentage.
    Fraction,
    /// A plain number.
    Ratio,
    /// A number of sessions.
    Sessions,
    /// A number of things.
    Count,
}

/// One statistic of the returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistic {
    /// Its name.
    pub title: String,
    /// Its value; `None` where it is undefined for these returns.
    pub value: Option<f64>,
    /// What the value is.
    pub unit: StatisticUnit,
    /// Its definition in one line, with the formula, and when it is undefined.
    pub definition: String,
    /// Whether the Summary shows it too.
    pub headline: bool,
}

/// Which sheets a workbook has besides Summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each sheet is there or not, independently of the others")]
pub struct IndexSheets {
    /// One row for each session.
    pub performance: bool,
    /// The members at each close.
    pub compositions: bool,
    /// The members that came and went.
    pub changes: bool,
    /// The statistics with their definitions.
    pub statistics: bool,
    /// Where the numbers come from.
    pub method: bool,
}

impl IndexSheets {
    /// Every sheet.
    pub const ALL: Self = Self { performance: true, compositions: true, changes: true, statistics: true, method: true };
    /// Summary only.
    pub const NONE: Self =
        Self { performance: false, compositions: false, changes: false, statistics: false, method: false };
}

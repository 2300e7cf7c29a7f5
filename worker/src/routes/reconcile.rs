//! `GET /reconcile`: the same stored bars from two sources, side by side.

use domain::api::{Reconciliation, ValueDifference};
use domain::bars::{Adjustment, BarSize, Span, Timespan, reconcile as compare};
use domain::calendar::new_york_instant;
use domain::units::DayRange;

use super::cached::{Computed, cached};
use super::query::{Query, day_range};
use super::request::Call;
use super::respond::Answer;
use super::vendor::source_of;
use crate::error::Problem;
use crate::stores::d1::D1;
use crate::stores::d1::bars::{BarQuery, D1Bars, SCOPES};
use crate::stores::d1::data_versions::Versions;

/// Entries of a list that are shown; all are counted.
const SHOWN: usize = 1_000;
/// Bars of one source that are compared at most.
const MOST_BARS: usize = 50_000;

/// What is compared with what.
pub(crate) struct Wanted {
    ticker: String,
    interval: &'static str,
    size: BarSize,
    range: DayRange,
    left: &'static str,
    right: &'static str,
    tolerance: f64,
    volume_tolerance: f64,
}

/// Answers where two sources do not agree.
pub(super) async fn reconcile(call: &Call) -> Answer {
    let known = ["ticker", "interval", "start_date", "end_date", "left", "right", "tolerance", "volume_tolerance"];
    let wanted = Wanted::read(&call.query(&known)?)?;
    cached(call, &SCOPES, &wanted.key(), async |db| {
        let (answer, versions) = load(db, &wanted).await?;
        let body = serde_json::to_vec(&answer).map_err(Problem::internal)?;
        Ok(Computed { versions, content_type: "application/json", disposition: None, body })
    })
    .await
}

impl Wanted {
    /// Reads what is to be compared.
    ///
    /// # Errors
    /// 400 for what is malformed, 422 for what is impossible.
    pub(crate) fn read(query: &Query) -> Result<Self, Problem> {
        let (interval, size) = size_of(query)?;
        let (left, right) =
            (source_of("left", query.required("left")?)?, source_of("right", query.required("right")?)?);
        if left == right {
            return Err(Problem::impossible("right", right, "another source than left"));
        }
        Ok(Self {
            ticker: query.required("ticker")?.to_owned(),
            interval,
            size,
            range: day_range(query.required_day("start_date")?, query.required_day("end_date")?)?,
            left,
            right,
            tolerance: fraction(query, "tolerance")?.unwrap_or(0.001),
            volume_tolerance: fraction(query, "volume_tolerance")?.unwrap_or(0.05),
        })
    }

    fn key(&self) -> String {
        let Self { ticker, interval, range, left, right, tolerance, volume_tolerance, .. } = self;
        format!("{ticker}&{interval}&{range:?}&{left}&{right}&{tolerance}&{volume_tolerance}")
    }

    fn of_source(&self, source: &'static str) -> BarQuery<'_> {
        let (first, after) = (self.range.first(), self.range.last().plus(1));
        let span = Span { from: new_york_instant(first, 0), to: new_york_instant(after, 0).plus_ms(-1) };
        BarQuery {
            ticker: &self.ticker,
            size: self.size,
            span: self.size.stretch(span),
            limit: MOST_BARS,
            descending: false,
            regular_only: false,
            source: Some(source),
            preferred: source,
            adjustment: Adjustment::Raw,
            today: self.range.last(),
            as_of: None,
        }
    }
}

/// Compares.
///
/// # Errors
/// 404 where neither source has a bar, 422 for too many, and whatever the store reports.
pub(crate) async fn load(db: &D1, wanted: &Wanted) -> Result<(Reconciliation, Versions), Problem> {
    let Wanted { ticker, left, right, tolerance, volume_tolerance, .. } = wanted;
    // Two reads: where something was published in between, the older version names the answer, so it is read anew.
    let one = D1Bars(db).read(&wanted.of_source(left)).await?;
    let other = D1Bars(db).read(&wanted.of_source(right)).await?;
    if one.bars.is_empty() && other.bars.is_empty() {
        let detail = format!("neither {left} nor {right} has bars of {ticker} in this range");
        return Err(Problem::no_data(detail, Vec::new()));
    }
    if one.next.is_some() || other.next.is_some() {
        let detail = format!("one comparison covers at most {MOST_BARS} bars");
        return Err(Problem::refused("range_too_large", detail));
    }
    let done = compare(&one.bars, &other.bars, *tolerance, *volume_tolerance);
    let starts = |all: &[domain::units::UnixMillis]| all.iter().take(SHOWN).map(|t| t.0).collect();
    let answer = Reconciliation {
        ticker: ticker.clone(),
        interval: wanted.interval.to_owned(),
        left: (*left).to_owned(),
        right: (*right).to_owned(),
        tolerance: *tolerance,
        volume_tolerance: *volume_tolerance,
        compared: done.compared,
        equal: done.equal,
        difference_count: done.differences.len(),
        differences: done
            .differences
            .iter()
            .take(SHOWN)
            .map(|found| ValueDifference {
                t: found.t.0,
                field: found.field.to_owned(),
                left: found.left,
                right: found.right,
                relative: found.relative,
            })
            .collect(),
        only_left: starts(&done.only_left),
        only_right: starts(&done.only_right),
        only_left_count: done.only_left.len(),
        only_right_count: done.only_right.len(),
    };
    Ok((answer, one.versions))
}

fn size_of(query: &Query) -> Result<(&'static str, BarSize), Problem> {
    let sizes = [
        ("1day", 1, Timespan::Day),
        ("1hour", 1, Timespan::Hour),
        ("30min", 30, Timespan::Minute),
        ("15min", 15, Timespan::Minute),
        ("5min", 5, Timespan::Minute),
        ("1min", 1, Timespan::Minute),
    ];
    let named = sizes.map(|(name, count, unit)| (name, (name, count, unit)));
    let (name, count, unit) = query.choice("interval", &named)?.unwrap_or(sizes[0]);
    let size = BarSize::new(count, unit).ok_or_else(|| Problem::internal("a size of the table"))?;
    Ok((name, size))
}

fn fraction(query: &Query, name: &str) -> Result<Option<f64>, Problem> {
    let Some(text) = query.text(name) else { return Ok(None) };
    let number = text.parse::<f64>().ok().filter(|number| (0.0..=1.0).contains(number));
    number.map(Some).ok_or_else(|| Problem::impossible(name, text, "a fraction from 0 to 1"))
}

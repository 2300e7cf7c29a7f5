//! One query: what is stored as it is asked for in one batch; longer bars, and those of the past, in two that must see the same state.

use domain::bars::{Action, Adjustment, Bar, Factors, Unit, merge};
use domain::calendar::wall_time;
use domain::ports::StoreError;
use domain::units::{BarInterval, Day, UnixMillis};
use serde::Deserialize;

use super::packed::Packed;
use super::rows::{ActionRow, BarRow, SeriesRow};
use super::{BarQuery, BarsFound, D1Bars, Page, SCOPES, versions_statement};
use crate::stores::d1::data_versions::{self, Versions};
use crate::stores::d1::securities::D1Securities;
use crate::stores::d1::{Param, Rows, Statement};

const GROUPED: &str = sql!("bars/grouped");

/// Only what one source brought.
const OF_SOURCE: &str = " and version in (select p.version from publications p where p.source = ?7)";

/// How often a read begins anew because something was published between its two batches.
pub(super) const TRIES: usize = 5;

/// What longer bars are made of.
struct Held {
    /// The series or the security.
    id: i64,
    /// `None` for sessions.
    interval: Option<BarInterval>,
    /// The source of a series.
    source: Option<String>,
}

#[derive(Deserialize)]
struct SourceRow {
    source: String,
}

impl D1Bars<'_> {
    /// The bars that a query asks for.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn read(&self, query: &BarQuery<'_>) -> Result<BarsFound, StoreError> {
        match self.packed_now(query).await? {
            Some(packed) => packed.into_found(query),
            None => self.read_of_any_name(query).await,
        }
    }

    /// The same as the text of an answer, which is quicker for bars that are stored in the length asked for.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn page(&self, query: &BarQuery<'_>) -> Result<Page, StoreError> {
        match self.packed_now(query).await? {
            Some(packed) => packed.into_page(query),
            None => Page::of(&self.read_of_any_name(query).await?),
        }
    }

    /// A symbol that nobody bears any more stands for the security that bore it last.
    async fn read_of_any_name(&self, query: &BarQuery<'_>) -> Result<BarsFound, StoreError> {
        let found = self.read_rows(query).await?;
        if !found.bars.is_empty() {
            return Ok(found);
        }
        let Some(now) = D1Securities(self.0).borne_now(query.ticker).await? else { return Ok(found) };
        let query = BarQuery { ticker: &now, ..query.clone() };
        match self.packed_now(&query).await? {
            Some(packed) => packed.into_found(&query),
            None => self.read_rows(&query).await,
        }
    }

    async fn packed_now(&self, query: &BarQuery<'_>) -> Result<Option<Packed>, StoreError> {
        let interval = query.size.stored_minutes().and_then(BarInterval::from_minutes);
        match interval.filter(|_| query.as_of.is_none()) {
            Some(interval) => self.packed(query, interval).await,
            None => Ok(None),
        }
    }

    async fn read_rows(&self, query: &BarQuery<'_>) -> Result<BarsFound, StoreError> {
        let is_session = query.size.unit() == Unit::Days && query.size.count() == 1;
        if is_session && query.as_of.is_none() && query.source.is_none() {
            let found = self.read_sessions(query).await?;
            if let Some(found) = found.filter(|found| !found.bars.is_empty()) {
                return Ok(found);
            }
        }
        for _ in 0..TRIES {
            if let Some(found) = self.read_made(query).await? {
                return Ok(found);
            }
        }
        Err(StoreError::Unavailable("market data kept changing while bars were read".to_owned()))
    }

    /// The sessions of a ticker, in one batch; `None` for a span that no calendar covers.
    async fn read_sessions(&self, query: &BarQuery<'_>) -> Result<Option<BarsFound>, StoreError> {
        let Some((first, last)) = days(query) else { return Ok(None) };
        let sql = sql!("bars/daily").replace("{order}", if query.descending { "desc" } else { "asc" });
        let sessions = Statement::new(sql).bind(query.ticker).bind(first).bind(last).bind(query.limit + 1);
        let mut statements = vec![versions_statement(), sessions, Statement::new(sql!("bars/sources"))];
        if query.adjustment != Adjustment::Raw {
            statements.push(actions_statement(query));
        }
        let answers = self.0.batch(statements).await?;
        let versions = data_versions::decode(&answers[0], &SCOPES)?;
        let rows: Vec<BarRow> = answers[1].decode()?;
        let factors = factors(answers.get(3), query)?;
        let sources = self.sources_of(answers[2].decode::<SourceRow>()?, &rows).await?;
        let bars = rows.into_iter().map(|row| factors.applied(row.into_bucket(query.size)));
        Ok(Some(found(query, versions, bars.collect(), sources, "1day")))
    }

    /// Who brought these sessions. Where only one source has ever published anything, nobody needs asking.
    async fn sources_of(&self, known: Vec<SourceRow>, rows: &[BarRow]) -> Result<Vec<String>, StoreError> {
        if rows.is_empty() || known.len() < 2 {
            return Ok(if rows.is_empty() { Vec::new() } else { known.into_iter().map(|row| row.source).collect() });
        }
        let mut versions: Vec<i64> = rows.iter().map(|row| row.version).collect();
        versions.sort_unstable();
        versions.dedup();
        let asked = Statement::new(sql!("bars/sources_of"));
        let asked = asked.bind(serde_json::json!(versions).to_string());
        Ok(self.0.run(asked).await?.decode::<SourceRow>()?.into_iter().map(|row| row.source).collect())
    }

    /// The same of sessions that longer bars are made of.
    async fn sources_of_sessions(
        &self,
        known: Vec<SourceRow>,
        security: i64,
        query: &BarQuery<'_>,
    ) -> Result<Vec<String>, StoreError> {
        let rows = match days(query).filter(|_| known.len() > 1) {
            Some((first, last)) => {
                let asked = Statement::new(sql!("bars/sources_of_sessions"));
                self.0.run(asked.bind(security).bind(first).bind(last)).await?.decode()?
            }
            None => known,
        };
        Ok(rows.into_iter().map(|row| row.source).collect())
    }

    /// Bars that are made of shorter ones. `None`: something was published in between.
    async fn read_made(&self, query: &BarQuery<'_>) -> Result<Option<BarsFound>, StoreError> {
        // 1. Of what, and restated for what.
        let minutes = query.size.parts_minutes().unwrap_or(60);
        let series = Statement::new(sql!("bars/series")).bind(query.ticker).bind(minutes);
        let series = series.bind(query.span.from).bind(query.span.to).bind(query.source).bind(query.preferred);
        let security = Statement::new(sql!("bars/security")).bind(query.ticker);
        let answers = self.0.batch(vec![versions_statement(), series, security, actions_statement(query)]).await?;
        let versions = data_versions::decode(&answers[0], &SCOPES)?;
        let series: Option<SeriesRow> = answers[1].first()?;
        let security: Option<i64> = answers[2].scalar()?;
        let factors = factors(Some(&answers[3]), query)?;
        let cuts = factors.cuts();
        let series = series.and_then(|row| {
            let interval = BarInterval::from_minutes(row.interval_minutes)?;
            Some(Held { id: row.id, interval: Some(interval), source: Some(row.source) })
        });
        let sessions = security.map(|id| Held { id, interval: None, source: None });
        // 2. Sessions where they are held, else the bars within them.
        let candidates: Vec<Held> = match query.size.unit() {
            Unit::Minutes => series.into_iter().collect(),
            _ => sessions.into_iter().chain(series).collect(),
        };
        for held in candidates {
            let Some(statement) = grouped_statement(query, &held, &cuts) else { continue };
            let sources = Statement::new(sql!("bars/sources"));
            let answers = self.0.batch(vec![versions_statement(), statement, sources]).await?;
            if data_versions::decode(&answers[0], &SCOPES)? != versions {
                return Ok(None);
            }
            let rows: Vec<BarRow> = answers[1].decode()?;
            if rows.is_empty() {
                continue;
            }
            let bars = rows.into_iter().map(|row| factors.applied(row.into_bucket(query.size)));
            let mut bars: Vec<Bar> = bars.collect();
            if query.descending {
                bars.reverse();
            }
            let mut bars = merge(bars);
            if query.descending {
                bars.reverse();
            }
            let sources = match (held.source, query.source) {
                (Some(source), _) => vec![source],
                (None, Some(source)) => vec![source.to_owned()],
                (None, None) => self.sources_of_sessions(answers[2].decode()?, held.id, query).await?,
            };
            return Ok(Some(found(query, versions, bars, sources, held.interval.map_or("1day", BarInterval::name))));
        }
        Ok(Some(found(query, versions, Vec::new(), Vec::new(), "")))
    }
}

/// Cuts what was found when one more than `limit` was asked for.
pub(super) fn found(
    query: &BarQuery<'_>,
    versions: Versions,
    mut bars: Vec<Bar>,
    sources: Vec<String>,
    stored_as: &'static str,
) -> BarsFound {
    let next: Option<UnixMillis> = bars.get(query.limit).map(|bar| bar.t);
    bars.truncate(query.limit);
    let stored_as = (!bars.is_empty()).then_some(stored_as);
    BarsFound { versions, bars, next, sources, stored_as }
}

pub(super) fn actions_statement(query: &BarQuery<'_>) -> Statement {
    let dividends = query.adjustment == Adjustment::SplitsAndDividends;
    match query.as_of {
        // Who does not ask for dividends pays no row for them.
        None if dividends => {
            Statement::new(format!("{} {}", sql!("bars/splits"), sql!("bars/dividends"))).bind(query.ticker)
        }
        None => Statement::new(sql!("bars/splits")).bind(query.ticker),
        Some(then) => {
            let sql = sql!("bars/actions_as_of");
            Statement::new(sql).bind(query.ticker).bind(dividends).bind(then.version)
        }
    }
}

pub(super) fn factors(answer: Option<&Rows>, query: &BarQuery<'_>) -> Result<Factors, StoreError> {
    let Some(answer) = answer.filter(|_| query.adjustment != Adjustment::Raw) else { return Ok(Factors::default()) };
    let actions: Vec<Action> = answer.decode::<ActionRow>()?.into_iter().filter_map(ActionRow::into_action).collect();
    Ok(Factors::new(&actions, query.as_of.map_or(query.today, |then| then.day)))
}

/// The civil days of a query.
pub(super) fn days(query: &BarQuery<'_>) -> Option<(Day, Day)> {
    Some((wall_time(query.span.from)?.day, wall_time(query.span.to)?.day))
}

fn grouped_statement(query: &BarQuery<'_>, held: &Held, cuts: &[Day]) -> Option<Statement> {
    let (first, last) = match held.interval {
        Some(_) => (Param::from(query.span.from), Param::from(query.span.to)),
        None => {
            let (first, last) = days(query)?;
            (Param::from(first), Param::from(last))
        }
    };
    let rows = match (held.interval.is_some(), query.as_of.is_some()) {
        (true, false) => sql!("bars/held_intraday"),
        (true, true) => sql!("bars/held_intraday_as_of"),
        (false, false) => sql!("bars/held_daily"),
        (false, true) => sql!("bars/held_daily_as_of"),
    };
    let order = if query.descending { "desc" } else { "asc" };
    let sql = format!("{rows}{GROUPED}")
        .replace("{bucket}", &bucket(query))
        .replace("{segment}", &segment(cuts))
        .replace("{order}", order)
        .replace("{rows}", &rows_for(query, held.interval, cuts.len()).to_string())
        .replace("{source}", if query.source.is_some() { OF_SOURCE } else { "" });
    // Of a bar that is made of hours, a day or longer is the regular session's, as a session's own bar is.
    let regular_only = query.regular_only || (held.interval.is_some() && query.size.unit() != Unit::Minutes);
    let statement = Statement::new(sql).bind(held.id).bind(first).bind(last).bind(regular_only);
    // Each day on which prices are restated may cut one bar in two.
    let statement = statement.bind(query.limit + 1 + cuts.len());
    let then = query.as_of.map(|then| then.version);
    Some(match query.source.filter(|_| held.interval.is_none()) {
        Some(source) => statement.bind(then).bind(source),
        None if then.is_some() => statement.bind(then),
        None => statement,
    })
}

/// How many rows are enough for a page: no bar is made of more than its length holds, and one more tells of the next page.
pub(super) fn rows_for(query: &BarQuery<'_>, interval: Option<BarInterval>, cuts: usize) -> usize {
    const TRADED_MINUTES: usize = 960;
    let count = query.size.count() as usize;
    let days = match query.size.unit() {
        Unit::Minutes => 0,
        Unit::Days => count,
        Unit::Weeks => count * 7,
        Unit::Months => count * 31,
    };
    let per_bar = match (interval, days) {
        (None, days) => days,
        (Some(interval), 0) => count.div_ceil(interval.minutes() as usize),
        (Some(interval), days) => days * TRADED_MINUTES.div_ceil(interval.minutes() as usize),
    };
    per_bar.saturating_mul(query.limit + 2 + cuts)
}

/// The number of the bar that a row belongs to, ascending in time.
pub(super) fn bucket(query: &BarQuery<'_>) -> String {
    let count = query.size.count();
    match query.size.unit() {
        Unit::Minutes => format!("day * 1440 + (minute + {}) / {count}", query.size.shift()),
        Unit::Days => format!("day / {count}"),
        // 1970-01-01, day 0, was four days after a Sunday.
        Unit::Weeks => format!("(day + 4) / 7 / {count}"),
        Unit::Months => format!(
            "(cast(strftime('%Y', day * 86400, 'unixepoch') as integer) * 12 \
             + cast(strftime('%m', day * 86400, 'unixepoch') as integer) - 1) / {count}"
        ),
    }
}

/// How many of the cuts a row lies behind.
fn segment(cuts: &[Day]) -> String {
    if cuts.is_empty() {
        return "0".to_owned();
    }
    let cases = cuts.iter().enumerate().map(|(at, cut)| format!(" when day < {} then {at}", cut.number()));
    format!("case{} else {} end", cases.collect::<String>(), cuts.len())
}

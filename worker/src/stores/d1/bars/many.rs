//! One query for many tickers: a statement for which series, one for the actions, one or two for the bars, however many there are.

use std::collections::{BTreeMap, HashMap};

use domain::bars::{Adjustment, Bar, Factors, Unit, merge};
use domain::ports::StoreError;
use domain::units::BarInterval;
use serde::Deserialize;

use super::read::{TRIES, bucket, days, rows_for};
use super::rows::{ActionRow, BarRow};
use super::{BarQuery, BarsFound, D1Bars, SCOPES, versions_statement};
use crate::stores::d1::data_versions::{self, Versions};
use crate::stores::d1::{Param, Statement};

/// Most rows that a query of many may look at.
const MOST_ROWS: usize = 500_000;

/// Why bars of many tickers are not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManyError {
    /// Fewer bars or tickers have to be asked for.
    #[error("expected at most {MOST_ROWS} stored bars behind one answer; ask for fewer bars or tickers")]
    TooManyRows,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, Deserialize)]
struct Found {
    ticker: String,
    security_id: i64,
    series_id: Option<i64>,
    source: Option<String>,
    interval_minutes: Option<u32>,
}

#[derive(Deserialize)]
struct ActionOf {
    security_id: i64,
    #[serde(flatten)]
    action: ActionRow,
}

#[derive(Deserialize)]
struct BarOf {
    id: i64,
    #[serde(flatten)]
    bar: BarRow,
}

/// What the bars of one security are made of.
struct Source<'a> {
    found: &'a Found,
    /// `None` for sessions.
    interval: Option<BarInterval>,
    /// The number of the series or of the security.
    id: i64,
}

impl D1Bars<'_> {
    /// The bars that a query asks for, of these tickers instead of its own, as they are known now and whatever the source. A
    /// ticker that is not held is left out.
    ///
    /// # Errors
    /// See [`ManyError`].
    pub(crate) async fn read_many(
        &self,
        query: &BarQuery<'_>,
        tickers: &[String],
    ) -> Result<HashMap<String, BarsFound>, ManyError> {
        for _ in 0..TRIES {
            if let Some(found) = self.try_many(query, tickers).await? {
                return Ok(found);
            }
        }
        Err(StoreError::Unavailable("market data kept changing while bars were read".to_owned()).into())
    }

    /// The same; `None` where something was published in between.
    async fn try_many(
        &self,
        query: &BarQuery<'_>,
        tickers: &[String],
    ) -> Result<Option<HashMap<String, BarsFound>>, ManyError> {
        // 1. Of what, and restated for what.
        let names = serde_json::json!(tickers).to_string();
        let series = Statement::new(sql!("bars/many_series")).bind(names.as_str());
        let series = series.bind(query.size.parts_minutes().unwrap_or(60)).bind(query.span.from).bind(query.span.to);
        let mut statements = vec![versions_statement(), series.bind(query.preferred)];
        match query.adjustment {
            Adjustment::Raw => {}
            Adjustment::Splits => statements.push(Statement::new(sql!("bars/many_splits")).bind(names)),
            Adjustment::SplitsAndDividends => {
                let sql = format!("{} {}", sql!("bars/many_splits"), sql!("bars/many_dividends"));
                statements.push(Statement::new(sql).bind(names));
            }
        }
        let answers = self.0.batch(statements).await?;
        let versions = data_versions::decode(&answers[0], &SCOPES)?;
        let securities: Vec<Found> = answers[1].decode()?;
        let actions: Vec<ActionOf> =
            answers.get(2).map(crate::stores::d1::Rows::decode).transpose()?.unwrap_or_default();
        let mut by_security: HashMap<i64, Vec<_>> = HashMap::new();
        for row in actions {
            by_security.entry(row.security_id).or_default().extend(row.action.into_action());
        }
        let factors: HashMap<i64, Factors> =
            by_security.iter().map(|(id, actions)| (*id, Factors::new(actions, query.today))).collect();
        // 2. Sessions where they are held, else the bars within them.
        let mut all: HashMap<String, BarsFound> = HashMap::new();
        let by_session = query.size.unit() != Unit::Minutes;
        let sessions = securities.iter().filter(|_| by_session);
        let sessions = sessions.map(|found| Source { found, interval: None, id: found.security_id });
        if !self.read_sources(query, &sessions.collect::<Vec<_>>(), &factors, &versions, &mut all).await? {
            return Ok(None);
        }
        let series = securities.iter().filter(|found| !all.contains_key(&found.ticker)).filter_map(|found| {
            let interval = BarInterval::from_minutes(found.interval_minutes?);
            Some(Source { found, interval: Some(interval?), id: found.series_id? })
        });
        let series: Vec<Source<'_>> = series.collect();
        if !self.read_sources(query, &series, &factors, &versions, &mut all).await? {
            return Ok(None);
        }
        for found in securities {
            let nothing = || BarsFound {
                versions: versions.clone(),
                bars: Vec::new(),
                next: None,
                sources: Vec::new(),
                stored_as: None,
            };
            all.entry(found.ticker).or_insert_with(nothing);
        }
        Ok(Some(all))
    }

    /// Adds the bars that these hold. False: something was published since.
    async fn read_sources(
        &self,
        query: &BarQuery<'_>,
        sources: &[Source<'_>],
        factors: &HashMap<i64, Factors>,
        versions: &Versions,
        all: &mut HashMap<String, BarsFound>,
    ) -> Result<bool, ManyError> {
        let none = Factors::default();
        let factors_of = |source: &Source<'_>| factors.get(&source.found.security_id).unwrap_or(&none);
        let Some(statement) = statement(query, sources, &factors_of)? else { return Ok(true) };
        let answers = self.0.batch(vec![versions_statement(), statement]).await?;
        if data_versions::decode(&answers[0], &SCOPES)? != *versions {
            return Ok(false);
        }
        let mut rows: BTreeMap<i64, Vec<BarRow>> = BTreeMap::new();
        for row in answers[1].decode::<BarOf>()? {
            rows.entry(row.id).or_default().push(row.bar);
        }
        for source in sources {
            let Some(rows) = rows.remove(&source.id) else { continue };
            let as_stored = is_as_stored(query, source);
            let bar = |row: BarRow| if as_stored { row.into_bar() } else { row.into_bucket(query.size) };
            let bars: Vec<Bar> = rows.into_iter().map(|row| factors_of(source).applied(bar(row))).collect();
            let mut bars = if query.descending { reversed(merge(reversed(bars))) } else { merge(bars) };
            let next = bars.get(query.limit).map(|bar| bar.t);
            bars.truncate(query.limit);
            let found = BarsFound {
                versions: versions.clone(),
                bars,
                next,
                sources: source.interval.and(source.found.source.clone()).into_iter().collect(),
                stored_as: Some(source.interval.map_or("1day", BarInterval::name)),
            };
            all.insert(source.found.ticker.clone(), found);
        }
        Ok(true)
    }
}

/// The statement that reads these; `None` where there is nothing to read.
fn statement<'f>(
    query: &BarQuery<'_>,
    sources: &[Source<'_>],
    factors_of: &impl Fn(&Source<'_>) -> &'f Factors,
) -> Result<Option<Statement>, ManyError> {
    let Some(first) = sources.first() else { return Ok(None) };
    let cuts = |source: &Source<'_>| factors_of(source).cuts().iter().map(|day| day.number()).collect::<Vec<i32>>();
    let most_cuts = sources.iter().map(|source| cuts(source).len()).max().unwrap_or(0);
    // The shortest stored length needs the most rows a bar.
    let shortest = sources.iter().min_by_key(|source| source.interval).unwrap_or(first);
    let rows = rows_for(query, shortest.interval, most_cuts);
    if rows.saturating_mul(sources.len()) > MOST_ROWS.max(rows) {
        return Err(ManyError::TooManyRows);
    }
    let listed: Vec<_> =
        sources.iter().map(|source| (source.id, cuts(source), u8::from(is_as_stored(query, source)))).collect();
    let is_session = first.interval.is_none();
    let span: (Param, Param) = if is_session {
        let Some((first, last)) = days(query) else { return Ok(None) };
        (first.into(), last.into())
    } else {
        (query.span.from.into(), query.span.to.into())
    };
    let regular_only = query.regular_only || (!is_session && query.size.unit() != Unit::Minutes);
    let (order, end, between) =
        if query.descending { ("desc", "?2", "w.last_at and ?3") } else { ("asc", "?3", "?2 and w.last_at") };
    let (table, key, at, minute, extra) = if is_session {
        ("daily_bars", "security_id", "day", "0", "null as vwap, null as trades, 0 as extended")
    } else {
        ("intraday_bars", "series_id", "t", "b.minute", "b.vwap, b.trades, b.extended")
    };
    let sql = sql!("bars/many")
        .replace("{bucket}", &bucket(query))
        .replace("{regular}", if is_session { "" } else { " and (?4 = 0 or b.extended = 0)" })
        .replace("{rows}", &rows.to_string())
        .replace("{between}", between)
        .replace("{order}", order)
        .replace("{end}", end)
        .replace("{table}", table)
        .replace("{key}", key)
        .replace("{minute}", minute)
        .replace("{extra}", extra)
        .replace("{at}", at);
    let statement = Statement::new(sql).bind(serde_json::json!(listed).to_string()).bind(span.0).bind(span.1);
    Ok(Some(statement.bind(regular_only).bind(query.limit + 1 + most_cuts)))
}

/// Whether stored bars have the length that is asked for.
fn is_as_stored(query: &BarQuery<'_>, source: &Source<'_>) -> bool {
    source.interval.is_some_and(|interval| query.size.stored_minutes() == Some(interval.minutes()))
}

fn reversed(mut bars: Vec<Bar>) -> Vec<Bar> {
    bars.reverse();
    bars
}

//! `GET /index-membership` and `GET /shares`: what was known when, with the source of each row.

use domain::api::{IndexMembership, KnownMember, SharesHistory, SharesRow};
use domain::calendar::{is_period_end, last_period_end};
use domain::export::{Cell, NumberFormat};
use domain::index::{IndexDefinition, ShareClasses};
use domain::research::{Candidate, DEFAULT_CAP_LIMIT, weights};
use domain::units::{Day, Ticker, UnixMillis};

use super::super::format::{Format, optional};
use super::super::{find, read_session, refuse_future, slug_of};
use super::table::{Table, TableColumn, Tabular, computed, optional_text};
use crate::error::Problem;
use crate::routes::cached::cached;
use crate::routes::query::Query;
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::D1;
use crate::stores::d1::data_versions::{self, Versions};
use crate::stores::d1::indices::{Chosen, D1IndexStore};
use crate::stores::d1::membership::{self, CountRow, Known, KnownRow};
use crate::stores::d1::research::moved;

const DAY_MS: i64 = 86_400_000;

/// Market caps that one answer puts together as they were known: five years of 500 securities, each session ranked once.
const MOST_VALUES: u64 = 1_000_000;

/// Sessions that a repair looks back on.
const LOOKED_BACK: u64 = 20;

/// How often a read is tried again because data was published meanwhile.
const READS: usize = 3;

/// Who would have been chosen at a close from what was known on a day.
pub(in crate::routes) async fn membership(call: &Call) -> Answer {
    let query = call.query(&["date", "known_on", "index", "format"])?;
    let day = read_session(&query, call.now)?;
    let known_on = read_known_on(&query, call.now)?;
    let (slug, format) = (slug_of(&query), Format::of(call, &query)?);
    let key = format!("{slug}&{day}&{}&{}", optional(known_on), format.name());
    cached(call, &["market"], &key, async |db| {
        let definition = find(db, &slug).await?.definition;
        let (answer, versions) = load(db, &slug, &definition, day, known_on).await?;
        computed(format, &answer, versions, &slug, &format!("membership-{day}"))
    })
    .await
}

/// Reads the day on which something is to have been known.
pub(crate) fn read_known_on(query: &Query, now: UnixMillis) -> Result<Option<Day>, Problem> {
    let known_on = query.day("known_on")?;
    refuse_future("known_on", known_on, now)?;
    Ok(known_on)
}

/// Chooses the members.
pub(crate) async fn load(
    db: &D1,
    slug: &str,
    definition: &IndexDefinition,
    day: Day,
    known_on: Option<Day>,
) -> Result<(IndexMembership, Versions), Problem> {
    let period = definition.rebalance.period();
    let date = if is_period_end(day, period) { day } else { last_period_end(day, period).unwrap_or(day) };
    let version = version_on(db, known_on).await?;
    let places = definition.top_n;
    let is_plain = definition.buffer == 0 && definition.share_classes == ShareClasses::Line && !definition.repairs_caps;
    let known = match is_plain {
        true => membership::known(db, date, version, places, definition.universe.as_deref()).await?,
        false => walked(db, definition, date, version).await?,
    };
    if known.then.is_empty() {
        let when = known_on.map_or_else(|| "at present".to_owned(), |known_on| format!("on {known_on}"));
        return Err(Problem::no_data(format!("of {date} nothing was known {when}"), Vec::new()));
    }
    let candidates: Vec<Candidate<'_>> =
        known.then.iter().map(|row| Candidate { cap: row.cap, sector: row.sector.as_deref(), returns: &[] }).collect();
    let weights = match definition.weighting.needs_risk() {
        true => looked_back(db, definition, date, version, &known).await?,
        false => weights(definition.weighting, &candidates, DEFAULT_CAP_LIMIT),
    };
    let tickers = |rows: &[KnownRow]| rows.iter().map(|row| row.ticker.clone()).collect::<Vec<_>>();
    let (then, present) = (tickers(&known.then), tickers(&known.present));
    let without =
        |some: &[String], others: &[String]| some.iter().filter(|one| !others.contains(one)).cloned().collect();
    let mut warnings = Vec::new();
    if then.len() < usize::try_from(places).unwrap_or(usize::MAX) {
        warnings.push(format!("only {} of {places} members were eligible", then.len()));
    }
    let assumed = known.then.iter().filter(|row| row.basis == "assumed").count();
    if assumed > 0 {
        warnings
            .push(format!("{assumed} members rest on a share count that was not published yet at {date} (assumed)"));
    }
    let places = known.present.iter().map(|row| row.id).collect::<Vec<_>>();
    let member = |(rank, (row, weight)): (u32, (KnownRow, f64))| KnownMember {
        rank,
        ticker: row.ticker,
        name: row.name,
        sector: row.sector,
        weight,
        price: row.close,
        market_cap: row.cap,
        basis: row.basis,
        shares: row.shares,
        shares_as_of: row.as_of.map(Day::from_number),
        source: row.source,
        data_version: row.version,
        stored_at: row.stored_at,
        present_rank: places.iter().position(|id| *id == row.id).and_then(|at| u32::try_from(at + 1).ok()),
    };
    let answer = IndexMembership {
        index: slug.to_owned(),
        date,
        known_on,
        known_version: version.unwrap_or_else(|| known.versions.scopes.first().copied().unwrap_or(0)),
        warnings,
        entered_since: without(&present, &then),
        left_since: without(&then, &present),
        members: (1..).zip(known.then.into_iter().zip(weights)).map(member).collect(),
    };
    Ok((answer, known.versions))
}

/// The same where more than one close or line decides: by the statements that build the index, over what was known then.
async fn walked(db: &D1, definition: &IndexDefinition, date: Day, version: Option<i64>) -> Result<Known, Problem> {
    let store = D1IndexStore::new(db);
    for _ in 0..READS {
        let versions = data_versions::read(db, &["market"]).await?;
        let days = store.closes_that_decide(definition, date).await?;
        refuse_too_long(db, definition, days.len()).await?;
        let present = store.choose_at(definition, &days, None).await?;
        let then = match version {
            None => present.clone(),
            Some(_) => store.choose_at(definition, &days, version).await?,
        };
        let then = rows_of(db, date, version, then).await?;
        let present = rows_of(db, date, None, present).await?;
        if data_versions::read(db, &["market"]).await? == versions {
            return Ok(Known { then, present, versions });
        }
    }
    Err(moved().into())
}

/// Weights that look back on returns, as they were known.
async fn looked_back(
    db: &D1,
    definition: &IndexDefinition,
    date: Day,
    version: Option<i64>,
    known: &Known,
) -> Result<Vec<f64>, Problem> {
    let members: Vec<(i64, f64, f64)> = known.then.iter().map(|row| (row.id, row.close, row.cap)).collect();
    let weights = D1IndexStore::new(db).weigh_at(definition, date, version, members).await?;
    match data_versions::read(db, &["market"]).await? == known.versions && weights.len() == known.then.len() {
        true => Ok(weights),
        false => Err(moved().into()),
    }
}

/// Refuses what would have to be ranked again on too many closes.
async fn refuse_too_long(db: &D1, definition: &IndexDefinition, closes: usize) -> Result<(), Problem> {
    let looked_at = if definition.repairs_caps { LOOKED_BACK } else { 1 };
    let values = closes as u64 * looked_at * membership::securities(db).await?;
    if values <= MOST_VALUES {
        return Ok(());
    }
    let detail = format!(
        "expected an earlier date or a slower rebalance: with a buffer every choice since the first session counts, which takes \
         {values} market caps as they were known, and {MOST_VALUES} are put together at most"
    );
    Err(Problem::refused("range_too_large", detail))
}

/// What was known of those who were chosen, with the market caps by which they were.
async fn rows_of(db: &D1, date: Day, version: Option<i64>, chosen: Vec<Chosen>) -> Result<Vec<KnownRow>, Problem> {
    let ids: Vec<i64> = chosen.iter().map(|one| one.id).collect();
    let rows = membership::known_of(db, date, version, &ids).await?;
    let row = |one: Chosen| {
        let row = rows.iter().find(|row| row.id == one.id)?.clone();
        Some(match one.repair {
            Some(repair) => KnownRow {
                cap: one.cap,
                basis: "repaired".to_owned(),
                shares: Some(repair.shares),
                as_of: Some(repair.shares_from.number()),
                version: None,
                source: None,
                stored_at: None,
                ..row
            },
            // Putting lines together rounds, so that only a company of several is told.
            None if (one.cap / row.cap - 1.0).abs() > 1e-9 => {
                KnownRow { cap: one.cap, basis: "company".to_owned(), shares: None, as_of: None, ..row }
            }
            None => row,
        })
    };
    let found: Vec<KnownRow> = chosen.into_iter().filter_map(row).collect();
    if found.len() == ids.len() { Ok(found) } else { Err(moved().into()) }
}

/// The version that was the last one at the end of a day.
async fn version_on(db: &D1, known_on: Option<Day>) -> Result<Option<i64>, Problem> {
    let Some(day) = known_on else { return Ok(None) };
    let end = UnixMillis((i64::from(day.number()) + 1) * DAY_MS);
    match membership::version_known(db, end).await? {
        Some(version) => Ok(Some(version)),
        None => Err(Problem::no_data(format!("nothing had been stored by the end of {day}"), Vec::new())),
    }
}

const COLUMNS: &[TableColumn] = &[
    ("rank", "Rank", 8.0, NumberFormat::Whole),
    ("ticker", "Ticker", 10.0, NumberFormat::General),
    ("name", "Name", 34.0, NumberFormat::General),
    ("sector", "Sector", 26.0, NumberFormat::General),
    ("weight", "Weight", 12.0, NumberFormat::Percent4),
    ("price", "Price", 12.0, NumberFormat::Decimal4),
    ("market_cap", "Market cap", 22.0, NumberFormat::Whole),
    ("basis", "Basis", 12.0, NumberFormat::General),
    ("shares", "Shares", 20.0, NumberFormat::Whole),
    ("shares_as_of", "Shares known from", 18.0, NumberFormat::Date),
    ("source", "Source", 14.0, NumberFormat::General),
    ("data_version", "Data version", 14.0, NumberFormat::Whole),
    ("present_rank", "Present rank", 14.0, NumberFormat::Whole),
];

impl Tabular for IndexMembership {
    fn about(&self) -> (&str, Day, bool, &[String]) {
        (&self.index, self.date, false, &self.warnings)
    }

    fn table(&self) -> Table {
        #[expect(clippy::cast_precision_loss, reason = "versions are below 2^53")]
        let row = |member: &KnownMember| {
            vec![
                Cell::Number(f64::from(member.rank)),
                Cell::text(member.ticker.clone()),
                optional_text(member.name.as_deref()),
                optional_text(member.sector.as_deref()),
                Cell::Number(member.weight),
                Cell::Number(member.price),
                Cell::Number(member.market_cap),
                Cell::text(member.basis.clone()),
                Cell::optional(member.shares),
                member.shares_as_of.map_or(Cell::Empty, Cell::Date),
                optional_text(member.source.as_deref()),
                Cell::optional(member.data_version.map(|version| version as f64)),
                Cell::optional(member.present_rank.map(f64::from)),
            ]
        };
        Table { name: "Membership", columns: COLUMNS, rows: self.members.iter().map(row).collect() }
    }
}

/// The share counts of a ticker, by the day from which they were known.
pub(in crate::routes) async fn shares(call: &Call) -> Answer {
    let query = call.query(&["ticker", "known_on", "format"])?;
    let ticker = read_ticker(&query)?;
    let known_on = read_known_on(&query, call.now)?;
    let format = Format::of(call, &query)?;
    let key = format!("{ticker}&{}&{}", optional(known_on), format.name());
    cached(call, &["market"], &key, async |db| {
        let (answer, versions) = load_shares(db, &ticker, known_on).await?;
        computed(format, &answer, versions, ticker.as_str(), "shares")
    })
    .await
}

const COUNTS: &[TableColumn] = &[
    ("as_of", "Known from", 12.0, NumberFormat::Date),
    ("shares", "Shares", 20.0, NumberFormat::Whole),
    ("source", "Source", 14.0, NumberFormat::General),
    ("data_version", "Data version", 14.0, NumberFormat::Whole),
    ("stored_at", "Stored at", 16.0, NumberFormat::General),
    ("replaced_at", "Replaced at", 16.0, NumberFormat::General),
];

impl Tabular for SharesHistory {
    fn about(&self) -> (&str, Day, bool, &[String]) {
        let last = self.known_on.or_else(|| self.data.last().map(|row| row.as_of));
        (&self.ticker, last.unwrap_or(Day::from_number(0)), false, &[])
    }

    fn table(&self) -> Table {
        #[expect(clippy::cast_precision_loss, reason = "versions and instants are below 2^53")]
        let row = |of: &SharesRow| {
            vec![
                Cell::Date(of.as_of),
                Cell::Number(of.shares),
                optional_text(of.source.as_deref()),
                Cell::Number(of.data_version as f64),
                Cell::optional(of.stored_at.map(|at| at as f64)),
                Cell::optional(of.replaced_at.map(|at| at as f64)),
            ]
        };
        Table { name: "Shares", columns: COUNTS, rows: self.data.iter().map(row).collect() }
    }
}

/// Reads whose share counts are asked for.
pub(crate) fn read_ticker(query: &Query) -> Result<Ticker, Problem> {
    let text = query.required("ticker")?;
    text.parse().map_err(|_| Problem::impossible("ticker", text, "a ticker"))
}

/// The share counts of a ticker.
pub(crate) async fn load_shares(
    db: &D1,
    ticker: &Ticker,
    known_on: Option<Day>,
) -> Result<(SharesHistory, Versions), Problem> {
    let version = version_on(db, known_on).await?;
    let (rows, versions) = membership::shares(db, ticker, version).await?;
    if rows.is_empty() {
        return Err(Problem::unknown("share count of ticker", ticker.as_str()));
    }
    let row = |row: CountRow| SharesRow {
        as_of: Day::from_number(row.as_of),
        shares: row.shares,
        source: row.source,
        data_version: row.version,
        stored_at: row.stored_at,
        replaced_at: row.replaced_at,
    };
    let answer = SharesHistory { ticker: ticker.to_string(), known_on, data: rows.into_iter().map(row).collect() };
    Ok((answer, versions))
}

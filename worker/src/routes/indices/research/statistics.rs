//! `GET /index-statistics`.

use domain::api::{
    DefinedStatistic, DistributionBin, DrawdownRow, IndexStatistics, MonthReturn, RollingStatistics, RollingWindow,
    YearReturn,
};
use domain::export::{Cell, NumberFormat};
use domain::stats::{
    PERIODS_PER_YEAR, Unit, deepest_drawdowns, definitions, histogram, monthly_returns, rolling, yearly_returns,
};
use domain::units::{Day, Ticker};

use super::super::format::Format;
use super::super::performance::{Loaded, Wanted, load};
use super::super::{find, read_bridge, read_range, slug_of};
use super::table::{Table, TableColumn, Tabular, computed};
use super::{key_of, sessions_between};
use crate::error::Problem;
use crate::routes::cached::cached;
use crate::routes::query::Query;
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::D1;
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::indices::scopes;

/// A quarter and a year of sessions.
const WINDOWS: [usize; 2] = [63, 252];
const MOST_WINDOWS: usize = 4;

/// What of the page can be chosen.
pub(super) struct Shown {
    windows: Vec<usize>,
    drawdowns: usize,
    bins: usize,
}

/// Everything that the statistics page shows.
pub(in crate::routes) async fn statistics(call: &Call) -> Answer {
    let known = ["start_date", "end_date", "index", "gaps", "benchmark", "windows", "drawdowns", "bins", "format"];
    let query = call.query(&known)?;
    let (start, end) = read_range(&query, call.now)?;
    let wanted = Wanted { start, end, bridge: read_bridge(&query)?, benchmark: read_benchmark(&query)? };
    let shown = read_shown(&query)?;
    let (slug, format) = (slug_of(&query), Format::of(call, &query)?);
    let key =
        format!("{}&{:?}&{}&{}&{}", key_of(&slug, &wanted), shown.windows, shown.drawdowns, shown.bins, format.name());
    let scopes = scopes(&slug);
    cached(call, &scopes.each_ref().map(String::as_str), &key, async |db| {
        let (answer, versions) = answered(db, &slug, &wanted, &shown).await?;
        computed(format, &answer, versions, &slug, "statistics")
    })
    .await
}

/// Reads what of the page is wanted.
pub(super) fn read_shown(query: &Query) -> Result<Shown, Problem> {
    let whole = |number: Option<i64>, absent: usize| number.and_then(|n| usize::try_from(n).ok()).unwrap_or(absent);
    Ok(Shown {
        windows: read_windows(query)?,
        drawdowns: whole(query.integer("drawdowns", 1, 100)?, 10),
        bins: whole(query.integer("bins", 2, 200)?, 40),
    })
}

/// The page with the versions it was read under.
pub(super) async fn answered(
    db: &D1,
    slug: &str,
    wanted: &Wanted,
    shown: &Shown,
) -> Result<(IndexStatistics, Versions), Problem> {
    let index = find(db, slug).await?;
    let loaded = load(db, &index, wanted).await?;
    let versions = loaded.versions();
    Ok((page(loaded, wanted.benchmark.as_ref(), shown), versions))
}

/// The ticker to measure against.
pub(super) fn read_benchmark(query: &Query) -> Result<Option<Ticker>, Problem> {
    let ticker = query.text("benchmark").map(str::parse::<Ticker>).transpose();
    ticker.map_err(|error| Problem::impossible("benchmark", &error.0, "a ticker"))
}

fn read_windows(query: &Query) -> Result<Vec<usize>, Problem> {
    let Some(list) = query.text("windows") else { return Ok(WINDOWS.to_vec()) };
    let window = |text: &str| text.trim().parse::<usize>().ok().filter(|window| (2..=2520).contains(window));
    let windows: Option<Vec<usize>> = list.split(',').map(window).collect();
    windows.filter(|windows| windows.len() <= MOST_WINDOWS).ok_or_else(|| {
        Problem::impossible(
            "windows",
            list,
            format!("1 to {MOST_WINDOWS} numbers of sessions from 2 to 2520, by commas"),
        )
    })
}

fn page(loaded: Loaded, benchmark: Option<&Ticker>, shown: &Shown) -> IndexStatistics {
    let returns = loaded.returns();
    let days: Vec<Day> = loaded.performance.data.iter().map(|point| point.date).collect();
    let values: Vec<f64> = returns.iter().map(|dated| dated.value).collect();
    let with_benchmark = loaded.benchmark.is_some();
    let defined = definitions()
        .iter()
        .filter(|definition| with_benchmark || !definition.needs_benchmark())
        .map(|definition| DefinedStatistic {
            name: definition.name.to_owned(),
            title: definition.title.to_owned(),
            value: (definition.value)(&loaded.statistics),
            unit: match definition.unit {
                Unit::Fraction => "fraction",
                Unit::Ratio => "ratio",
            }
            .to_owned(),
            formula: definition.formula.to_owned(),
            note: definition.note.to_owned(),
        })
        .collect();
    let window = |sessions: &usize| {
        let points = rolling(&returns, loaded.benchmark.as_deref(), *sessions, PERIODS_PER_YEAR);
        let data = points.into_iter().map(|point| RollingStatistics {
            date: point.day,
            value: point.total_return,
            volatility: point.volatility,
            sharpe: point.sharpe,
            max_drawdown: point.max_drawdown,
            beta: point.beta,
        });
        RollingWindow { sessions: u32::try_from(*sessions).unwrap_or(u32::MAX), data: data.collect() }
    };
    let start = loaded.performance.start_date;
    let drawdowns = deepest_drawdowns(start, &returns, shown.drawdowns).into_iter().map(|fall| DrawdownRow {
        peak: fall.peak,
        trough: fall.trough,
        recovery: fall.recovery,
        depth: fall.depth,
        sessions_down: sessions_between(&days, fall.peak, fall.trough),
        sessions_back: fall.recovery.map(|back| sessions_between(&days, fall.trough, back)),
    });
    let month =
        |month: domain::stats::MonthlyReturn| MonthReturn { year: month.year, month: month.month, value: month.value };
    let year =
        |year: domain::stats::YearlyReturn| YearReturn { year: year.year, value: year.value, sessions: year.sessions };
    let bin =
        |bin: domain::stats::Bin| DistributionBin { from: bin.from, to: bin.to, count: bin.count, normal: bin.normal };
    IndexStatistics {
        start_date: start,
        end_date: loaded.performance.end_date,
        synthetic: loaded.performance.synthetic,
        benchmark: benchmark.map(ToString::to_string),
        statistics: defined,
        rolling: shown.windows.iter().map(window).collect(),
        drawdowns: drawdowns.collect(),
        monthly: monthly_returns(&returns).into_iter().map(month).collect(),
        yearly: yearly_returns(&returns).into_iter().map(year).collect(),
        distribution: histogram(&values, shown.bins).into_iter().map(bin).collect(),
        index: loaded.performance.index,
        warnings: loaded.performance.warnings,
    }
}

const COLUMNS: &[TableColumn] = &[
    ("name", "Name", 24.0, NumberFormat::General),
    ("title", "Title", 30.0, NumberFormat::General),
    ("value", "Value", 16.0, NumberFormat::Decimal4),
    ("unit", "Unit", 10.0, NumberFormat::General),
    ("formula", "Formula", 50.0, NumberFormat::General),
    ("note", "Note", 60.0, NumberFormat::General),
];

impl Tabular for IndexStatistics {
    fn about(&self) -> (&str, Day, bool, &[String]) {
        (&self.index, self.end_date, self.synthetic, &self.warnings)
    }

    fn table(&self) -> Table {
        let row = |statistic: &DefinedStatistic| {
            vec![
                Cell::text(statistic.name.clone()),
                Cell::text(statistic.title.clone()),
                Cell::optional(statistic.value),
                Cell::text(statistic.unit.clone()),
                Cell::text(statistic.formula.clone()),
                Cell::text(statistic.note.clone()),
            ]
        };
        Table { name: "Statistics", columns: COLUMNS, rows: self.statistics.iter().map(row).collect() }
    }

    fn others(&self) -> Vec<Table> {
        super::further_tables::of_statistics(self)
    }
}

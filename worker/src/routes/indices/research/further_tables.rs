//! What stands on further sheets beside the main table of statistics, attribution and trades.

use domain::api::{
    BrinsonOfSector, ContributionOfSector, DistributionBin, DrawdownRow, IndexAttribution, IndexStatistics,
    IndexTrades, MonthReturn, PortfolioValue, RebalanceSummary, RollingStatistics, YearReturn,
};
use domain::export::{Cell, NumberFormat};

use super::table::{Table, TableColumn, count, optional_text};

const fn day(name: &'static str, title: &'static str) -> TableColumn {
    (name, title, 12.0, NumberFormat::Date)
}

const fn whole(name: &'static str, title: &'static str) -> TableColumn {
    (name, title, 12.0, NumberFormat::Whole)
}

const fn fraction(name: &'static str, title: &'static str) -> TableColumn {
    (name, title, 16.0, NumberFormat::Percent4)
}

const fn decimal(name: &'static str, title: &'static str) -> TableColumn {
    (name, title, 16.0, NumberFormat::Decimal4)
}

const fn money(name: &'static str, title: &'static str) -> TableColumn {
    (name, title, 18.0, NumberFormat::Decimal2)
}

const SECTOR: TableColumn = ("sector", "Sector", 26.0, NumberFormat::General);
const YEAR: TableColumn = ("year", "Year", 8.0, NumberFormat::General);

const ROLLING: &[TableColumn] = &[
    whole("sessions", "Window"),
    day("date", "Date"),
    fraction("return", "Return"),
    fraction("volatility", "Volatility"),
    decimal("sharpe", "Sharpe ratio"),
    fraction("max_drawdown", "Deepest drawdown"),
    decimal("beta", "Beta"),
];
const DRAWDOWNS: &[TableColumn] = &[
    day("peak", "Peak"),
    day("trough", "Trough"),
    day("recovery", "Recovery"),
    fraction("depth", "Depth"),
    whole("sessions_down", "Sessions down"),
    whole("sessions_back", "Sessions back"),
];
const MONTHLY: &[TableColumn] = &[YEAR, ("month", "Month", 8.0, NumberFormat::General), fraction("return", "Return")];
const YEARLY: &[TableColumn] = &[YEAR, fraction("return", "Return"), whole("sessions", "Sessions")];
const BINS: &[TableColumn] =
    &[fraction("from", "From"), fraction("to", "To"), whole("count", "Sessions"), decimal("normal", "Normal")];

const SECTORS: &[TableColumn] = &[
    SECTOR,
    whole("members", "Members"),
    fraction("mean_weight", "Mean weight"),
    fraction("contribution", "Contribution"),
];
const EFFECTS: &[TableColumn] = &[
    SECTOR,
    fraction("mean_weight", "Mean weight"),
    fraction("mean_benchmark_weight", "By market cap"),
    fraction("allocation", "Allocation"),
    fraction("selection", "Selection"),
    fraction("interaction", "Interaction"),
    fraction("total", "Total"),
];

const REBALANCES: &[TableColumn] = &[
    day("date", "Date"),
    whole("orders", "Orders"),
    fraction("turnover", "Turnover"),
    money("commission", "Commission"),
    money("spread", "Spread"),
    money("impact", "Impact"),
    money("value", "Value"),
    money("cash", "Cash"),
    fraction("participation", "Participation"),
    ("capacity", "Capacity", 20.0, NumberFormat::Whole),
    ("binding", "Binding", 10.0, NumberFormat::General),
];
const VALUES: &[TableColumn] = &[day("date", "Date"), decimal("level", "Level"), decimal("net_level", "Net level")];

fn table<T>(
    name: &'static str,
    columns: &'static [TableColumn],
    rows: impl IntoIterator<Item = T>,
    row: impl Fn(T) -> Vec<Cell>,
) -> Table {
    Table { name, columns, rows: rows.into_iter().map(row).collect() }
}

/// Rolling windows, drawdowns, months, years and the distribution.
pub(super) fn of_statistics(of: &IndexStatistics) -> Vec<Table> {
    let windows = of.rolling.iter().flat_map(|window| window.data.iter().map(|at| (window.sessions, at)));
    let rolling = |(sessions, at): (u32, &RollingStatistics)| {
        let values = [at.value, at.volatility, at.sharpe, at.max_drawdown, at.beta];
        let start = [Cell::Number(f64::from(sessions)), Cell::Date(at.date)];
        start.into_iter().chain(values.map(Cell::optional)).collect()
    };
    let drawdown = |row: &DrawdownRow| {
        vec![
            Cell::Date(row.peak),
            Cell::Date(row.trough),
            row.recovery.map_or(Cell::Empty, Cell::Date),
            Cell::Number(row.depth),
            Cell::Number(f64::from(row.sessions_down)),
            Cell::optional(row.sessions_back.map(f64::from)),
        ]
    };
    let month = |row: &MonthReturn| {
        vec![Cell::Number(f64::from(row.year)), Cell::Number(f64::from(row.month)), Cell::optional(row.value)]
    };
    let year =
        |row: &YearReturn| vec![Cell::Number(f64::from(row.year)), Cell::optional(row.value), count(row.sessions)];
    let bin = |row: &DistributionBin| {
        vec![Cell::Number(row.from), Cell::Number(row.to), count(row.count), Cell::Number(row.normal)]
    };
    vec![
        table("Rolling", ROLLING, windows, rolling),
        table("Drawdowns", DRAWDOWNS, &of.drawdowns, drawdown),
        table("Monthly returns", MONTHLY, &of.monthly, month),
        table("Yearly returns", YEARLY, &of.yearly, year),
        table("Distribution", BINS, &of.distribution, bin),
    ]
}

/// Contributions by sector, and the effects against the cap weight.
pub(super) fn of_attribution(of: &IndexAttribution) -> Vec<Table> {
    let sector = |row: &ContributionOfSector| {
        vec![
            optional_text(row.sector.as_deref()),
            count(row.members),
            Cell::Number(row.mean_weight),
            Cell::Number(row.contribution),
        ]
    };
    let effects = |row: &BrinsonOfSector| {
        let values =
            [row.mean_weight, row.mean_benchmark_weight, row.allocation, row.selection, row.interaction, row.total];
        [optional_text(row.sector.as_deref())].into_iter().chain(values.map(Cell::Number)).collect()
    };
    vec![
        table("Sectors", SECTORS, &of.sectors, sector),
        table("Against the cap weight", EFFECTS, &of.against_cap_weight.sectors, effects),
    ]
}

/// What each rebalance took, and what is left of the level.
pub(super) fn of_trades(of: &IndexTrades) -> Vec<Table> {
    let rebalance = |row: &RebalanceSummary| {
        vec![
            Cell::Date(row.date),
            count(row.orders),
            Cell::Number(row.turnover),
            Cell::Number(row.costs.commission),
            Cell::Number(row.costs.spread),
            Cell::Number(row.costs.impact),
            Cell::Number(row.value),
            Cell::Number(row.cash),
            Cell::optional(row.participation),
            Cell::optional(row.capacity),
            optional_text(row.binding.as_deref()),
        ]
    };
    let value = |at: &PortfolioValue| vec![Cell::Date(at.date), Cell::Number(at.level), Cell::Number(at.net_level)];
    vec![table("Rebalances", REBALANCES, &of.rebalances, rebalance), table("Levels", VALUES, &of.data, value)]
}

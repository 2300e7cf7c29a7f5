//! The tables of what stands beside something else: a changed index, two definitions, an index and its benchmark.

use std::collections::BTreeMap;

use domain::api::{
    ComparedLevels, ComparedMember, ComparedSession, DefinitionComparison, IndexComparison, WhatIfMember, WhatIfResult,
    WhatIfSession,
};
use domain::export::{Cell, NumberFormat};
use domain::stats::{Unit, definitions};
use domain::units::Day;

use super::table::{Table, TableColumn, Tabular, optional_text};

/// Statistics by name, as answers have them.
type Named = BTreeMap<String, Option<f64>>;

const fn level(name: &'static str, title: &'static str) -> TableColumn {
    (name, title, 14.0, NumberFormat::Decimal4)
}

const fn weight(name: &'static str, title: &'static str) -> TableColumn {
    (name, title, 14.0, NumberFormat::Percent4)
}

const DATE: TableColumn = ("date", "Date", 12.0, NumberFormat::Date);
const TICKER: TableColumn = ("ticker", "Ticker", 10.0, NumberFormat::General);
const NAME: TableColumn = ("name", "Name", 34.0, NumberFormat::General);
const SECTOR: TableColumn = ("sector", "Sector", 26.0, NumberFormat::General);
const FIGURE: TableColumn = ("figure", "Figure", 34.0, NumberFormat::General);

const COMPARED: &[TableColumn] = &[DATE, level("level", "Level"), level("against", "Against")];
const COMPARED_FIGURES: &[TableColumn] = &[FIGURE, level("level", "Level"), level("against", "Against")];
const COMPARED_MEMBERS: &[TableColumn] = &[TICKER, NAME, weight("weight", "Weight"), weight("against", "Against")];

const CHANGED: &[TableColumn] = &[DATE, level("base", "As it is"), level("variant", "Changed")];
const CHANGED_FIGURES: &[TableColumn] = &[FIGURE, level("base", "As it is"), level("variant", "Changed")];
const CHANGED_MEMBERS: &[TableColumn] =
    &[TICKER, NAME, SECTOR, weight("weight", "Weight"), weight("base_weight", "As it is")];

/// A number shown otherwise than its column says.
fn shown(value: Option<f64>, format: NumberFormat) -> Cell {
    value.map_or(Cell::Empty, |value| Cell::formatted(value, format))
}

fn figure(title: &'static str, values: [Option<f64>; 2], format: NumberFormat) -> Vec<Cell> {
    let [first, second] = values;
    vec![Cell::text(title), shown(first, format), shown(second, format)]
}

/// Every statistic that both have, in the order of the definitions.
fn statistics<'a>(first: &'a Named, second: &'a Named) -> impl Iterator<Item = Vec<Cell>> + 'a {
    definitions().iter().filter(|of| first.contains_key(of.name)).map(|of| {
        let value = |named: &Named| named.get(of.name).copied().flatten();
        let format = if of.unit == Unit::Fraction { NumberFormat::Percent4 } else { NumberFormat::Decimal4 };
        figure(of.title, [value(first), value(second)], format)
    })
}

impl Tabular for IndexComparison {
    fn about(&self) -> (&str, Day, bool, &[String]) {
        (&self.index, self.end_date, self.synthetic, &self.warnings)
    }

    fn table(&self) -> Table {
        let row = |at: &ComparedSession| vec![Cell::Date(at.date), Cell::Number(at.level), Cell::Number(at.against)];
        Table { name: "Comparison", columns: COMPARED, rows: self.data.iter().map(row).collect() }
    }

    fn others(&self) -> Vec<Table> {
        use NumberFormat::{Decimal4, Percent4};
        let one = |title, value, format| figure(title, [value, None], format);
        let share = self.active_share.as_ref();
        let mut rows = vec![
            vec![Cell::text("Compared with"), Cell::text(self.against.clone()), Cell::Empty],
            one("Tracking difference", self.tracking_difference, Percent4),
            one("Tracking difference a year", self.tracking_difference_per_year, Percent4),
            one("Tracking error", self.tracking_error, Percent4),
            one("Beta", self.beta, Decimal4),
            one("Alpha", self.alpha, Percent4),
            one("Correlation", self.correlation, Decimal4),
            one("Up capture", self.up_capture, Decimal4),
            one("Down capture", self.down_capture, Decimal4),
            one("Information ratio", self.information_ratio, Decimal4),
            one("Outperformed", self.outperformed, Percent4),
            one("Active share, mean", share.map(|share| share.mean), Percent4),
            one("Active share, last", share.map(|share| share.last), Percent4),
        ];
        rows.extend(statistics(&self.statistics, &self.against_statistics));
        vec![Table { name: "Comparison figures", columns: COMPARED_FIGURES, rows }]
    }
}

impl Tabular for WhatIfResult {
    fn about(&self) -> (&str, Day, bool, &[String]) {
        (&self.index, self.end_date, self.synthetic, &self.warnings)
    }

    fn table(&self) -> Table {
        let row = |at: &WhatIfSession| vec![Cell::Date(at.date), Cell::Number(at.base), Cell::Number(at.variant)];
        Table { name: "What if", columns: CHANGED, rows: self.data.iter().map(row).collect() }
    }

    fn others(&self) -> Vec<Table> {
        use NumberFormat::{Decimal4, Percent4};
        let both = |title, base, variant| figure(title, [Some(base), Some(variant)], Percent4);
        let one = |title, value, format| figure(title, [None, value], format);
        let change = |words: &String| vec![Cell::text("Changed"), Cell::Empty, Cell::text(words.clone())];
        let mut rows: Vec<Vec<Cell>> = self.changes.iter().map(change).collect();
        rows.extend([
            both("Cumulative return", self.base.cumulative_return, self.variant.cumulative_return),
            both("Mean turnover a session", self.base.mean_turnover, self.variant.mean_turnover),
            one("Tracking difference", self.tracking_difference, Percent4),
            one("Tracking error", self.tracking_error, Percent4),
            one("Correlation", self.correlation, Decimal4),
            one("Active share, last", Some(self.active_share), Percent4),
        ]);
        rows.extend(statistics(&self.base.statistics, &self.variant.statistics));
        let member = |of: &WhatIfMember| {
            vec![
                Cell::text(of.ticker.clone()),
                optional_text(of.name.as_deref()),
                optional_text(of.sector.as_deref()),
                Cell::Number(of.weight),
                Cell::Number(of.base_weight),
            ]
        };
        vec![
            Table { name: "What-if figures", columns: CHANGED_FIGURES, rows },
            Table {
                name: "What-if members",
                columns: CHANGED_MEMBERS,
                rows: self.members.iter().map(member).collect(),
            },
        ]
    }
}

impl Tabular for DefinitionComparison {
    fn about(&self) -> (&str, Day, bool, &[String]) {
        (&self.definition.name, self.end_date, self.synthetic, &self.warnings)
    }

    fn table(&self) -> Table {
        let row = |at: &ComparedLevels| vec![Cell::Date(at.date), Cell::Number(at.level), Cell::Number(at.against)];
        Table { name: "Comparison", columns: COMPARED, rows: self.data.iter().map(row).collect() }
    }

    fn others(&self) -> Vec<Table> {
        use NumberFormat::{Decimal4, Percent4};
        let (own, other) = (&self.definition, &self.against);
        let texts = |title, first: &str, second: &str| {
            vec![Cell::text(title), Cell::text(first.to_owned()), Cell::text(second.to_owned())]
        };
        let both = |title, first, second| figure(title, [Some(first), Some(second)], Percent4);
        let one = |title, value, format| figure(title, [value, None], format);
        let mut rows = vec![
            texts("Name", &own.name, &other.name),
            texts("Index", &own.index, &other.index),
            texts("Changed", &own.changes.join("; "), &other.changes.join("; ")),
            both("Cumulative return", own.result.cumulative_return, other.result.cumulative_return),
            both("Mean turnover a session", own.result.mean_turnover, other.result.mean_turnover),
            one("Tracking difference", self.tracking_difference, Percent4),
            one("Tracking error", self.tracking_error, Percent4),
            one("Beta", self.beta, Decimal4),
            one("Correlation", self.correlation, Decimal4),
            one("Active share, last", Some(self.active_share), Percent4),
        ];
        rows.extend(statistics(&own.result.statistics, &other.result.statistics));
        let member = |of: &ComparedMember| {
            vec![
                Cell::text(of.ticker.clone()),
                optional_text(of.name.as_deref()),
                Cell::Number(of.weight),
                Cell::Number(of.against),
            ]
        };
        let members = self.members.iter().map(member).collect();
        vec![
            Table { name: "Comparison figures", columns: COMPARED_FIGURES, rows },
            Table { name: "Members", columns: COMPARED_MEMBERS, rows: members },
        ]
    }
}

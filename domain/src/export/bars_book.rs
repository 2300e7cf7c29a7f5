//! Bars as a workbook of one sheet.

use super::book::{Book, Column, Properties, Sheet};
use super::cell::{Cell, NumberFormat};
use super::index_workbook::SYNTHETIC_BANNER;
use crate::bars::Bar;
use crate::calendar::wall_time;
use crate::units::Day;

/// What is said of the bars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarsTitle {
    /// The symbol.
    pub ticker: String,
    /// Their length, as `1 hour`.
    pub length: String,
    /// What prices are restated for.
    pub adjustment: String,
    /// Where they come from; empty without bars.
    pub source: String,
    /// The prices are made up.
    pub synthetic: bool,
}

/// Makes the workbook of some bars, in the order given.
///
/// *Inputs*: what is said of them, and the bars. *Returns*: a book whose only sheet has a row for each; the file's day is that
/// of the first bar, so the same bars make the same bytes.
#[must_use]
pub fn bars_book(title: &BarsTitle, bars: &[Bar]) -> Book {
    let price = |name| Column::new(name, 12.0, NumberFormat::Decimal4);
    let columns = vec![
        Column::new("Date", 12.0, NumberFormat::Date),
        Column::new("Start (New York)", 16.0, NumberFormat::General),
        Column::new("Start (Unix ms)", 16.0, NumberFormat::General),
        price("Open"),
        price("High"),
        price("Low"),
        price("Close"),
        Column::new("Volume", 14.0, NumberFormat::Whole),
        price("VWAP"),
        Column::new("Trades", 10.0, NumberFormat::Whole),
        Column::new("Extended", 10.0, NumberFormat::General),
    ];
    let banner = title.synthetic.then_some(SYNTHETIC_BANNER);
    let mut sheet = Sheet::new("Bars", columns).with_banner(banner).with_frozen_columns(2).with_filter();
    for bar in bars {
        #[expect(clippy::cast_precision_loss, reason = "Unix milliseconds are below 2^53")]
        let start = bar.t.0 as f64;
        sheet.push_row([
            Cell::Date(bar.day),
            Cell::text(start_time(bar)),
            Cell::number(start),
            Cell::optional(bar.open),
            Cell::optional(bar.high),
            Cell::optional(bar.low),
            Cell::number(bar.close),
            Cell::optional(bar.volume),
            Cell::optional(bar.vwap),
            Cell::optional(bar.trades),
            Cell::Truth(bar.extended),
        ]);
    }
    let properties = Properties {
        title: format!("{}, bars of {}", title.ticker, title.length),
        subject: format!("Adjusted for: {}; source: {}", title.adjustment, title.source),
        comment: banner.unwrap_or_default().to_owned(),
        created: bars.first().map_or(Day::from_number(0), |bar| bar.day),
    };
    Book { properties, sheets: vec![sheet] }
}

/// When a bar begins on New York's wall clock: `09:30`.
#[must_use]
pub fn start_time(bar: &Bar) -> String {
    wall_time(bar.t).map_or_else(String::new, |wall| format!("{:02}:{:02}", wall.minute / 60, wall.minute % 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::new_york_instant;

    #[test]
    fn a_bar_is_a_row_with_its_own_clock() {
        let day: Day = "2021-12-01".parse().unwrap();
        let bar = Bar {
            t: new_york_instant(day, 570),
            day,
            open: Some(1.0),
            high: None,
            low: Some(0.5),
            close: 0.75,
            volume: Some(3.0),
            vwap: None,
            trades: None,
            extended: false,
        };
        let text = |text: &str| text.to_owned();
        let title = BarsTitle {
            ticker: text("A"),
            length: text("30 minute"),
            adjustment: text("raw"),
            source: text("sample"),
            synthetic: true,
        };
        let book = bars_book(&title, &[bar]);
        let sheet = &book.sheets[0];
        let row = sheet.rows().next().unwrap();
        assert_eq!((&row[0], &row[1], &row[4]), (&Cell::Date(day), &Cell::text("09:30"), &Cell::Empty));
        // 14:30 UTC.
        assert_eq!((&row[2], sheet.n_rows()), (&Cell::Number(1_638_369_000_000.0), 1));
        assert_eq!((book.properties.created, sheet.banner().is_some()), (day, true));
    }
}

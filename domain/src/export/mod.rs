//! Reports as workbooks: a report becomes a neutral [`Book`], and one renderer makes `.xlsx` bytes of it.
//!
//! A `Book` is plain data (sheets, cells, number formats, charts), so what a workbook says is tested as text. The
//! renderer (feature `xlsx`) decides nothing: the browser and the Worker get the same bytes from the same report.
//! Nothing here reads a clock or a store. The sheets and columns are described in `docs/methods/workbook.md`.

mod backtest_workbook;
mod bars_book;
mod book;
mod cell;
mod dump;
mod index_report;
mod index_workbook;
mod marked;
mod research_sheets;
#[cfg(feature = "xlsx")]
mod xlsx;

pub use backtest_workbook::backtest_book;
pub use bars_book::{BarsTitle, bars_book, start_time};
pub use book::{Book, CellRange, Column, LineChart, Properties, Sheet, cell_name};
pub use cell::{Cell, Formula, MAX_TEXT_UNITS, NumberFormat, Text};
pub use index_report::{
    ChangeAction, ChangeRow, Composition, IndexReport, IndexSheets, Labelled, PerformanceRow, Statistic, StatisticUnit,
};
pub use index_workbook::{MAX_SERVER_COMPOSITION_SESSIONS, SYNTHETIC_BANNER, index_book};
pub use marked::{marked, unmarked};
pub use research_sheets::{
    ContributionRow, FindingRow, RebalanceRow, contributions_sheet, findings_sheet, rebalances_sheet,
};
#[cfg(feature = "xlsx")]
pub use xlsx::{RenderError, render_xlsx};

//! Bars within a session: staged like every other kind, kept under the source that brought them.

use domain::calendar::{is_extended, wall_time};
use domain::market::IntradayBar;
use domain::ports::StoreError;
use domain::units::{Day, Ticker};
use serde::Serialize;

use super::D1MarketStore;
use super::stage::{PieceWriter, StagedRow};
use super::tables::Table;

/// The kind of their staged rows, and their table.
pub(super) const KIND: &str = "intraday_bars";

const INCOMING: &str = sql!("intraday/incoming");
const UNDO_ROWS: &str = sql!("intraday/undo_rows");

/// The staged row of a bar: security, minutes, start, day, minute, extended, then its values.
#[derive(Debug, Serialize)]
struct Values(i64, u32, i64, i32, u32, u8, f64, f64, f64, f64, Option<f64>, Option<f64>, Option<f64>);

impl StagedRow for Values {}

/// The statements that publish them.
pub(super) fn publish() -> Vec<String> {
    let with_incoming = |statement: &str| format!("{INCOMING}{statement}");
    vec![
        sql!("intraday/open_series").to_owned(),
        with_incoming(sql!("intraday/note_changes")),
        with_incoming(sql!("intraday/keep_replaced")),
        with_incoming(sql!("intraday/publish_rows")),
    ]
}

/// The statements that take back what a publication wrote of them.
pub(super) fn undo() -> Vec<String> {
    let with_written = |statement: &str| format!("{UNDO_ROWS}{statement}");
    vec![
        sql!("market/undo_stage").replace("{table}", KIND),
        with_written(sql!("intraday/undo_note")),
        with_written(sql!("intraday/undo_keep")),
        with_written(sql!("intraday/undo_restore")),
        sql!("intraday/undo_delete").to_owned(),
    ]
}

impl D1MarketStore<'_> {
    /// Stages bars within a session; one at an instant that no civil day has is refused.
    pub(super) async fn stage_intraday_bars(&self, batch: i64, rows: &[IntradayBar]) -> Result<(), StoreError> {
        let start = |row: &IntradayBar| {
            let beyond = || StoreError::Refused(format!("a bar begins at {}, which no calendar has", row.t.0));
            wall_time(row.t).ok_or_else(beyond)
        };
        let named: Result<Vec<(&Ticker, Day)>, StoreError> =
            rows.iter().map(|row| Ok((&row.ticker, start(row)?.day))).collect();
        let ids = self.ids_on(&named?).await?;
        let mut writer = PieceWriter::new(&Table { name: KIND, day: "day", values: &[] });
        for (row, id) in rows.iter().zip(ids) {
            let start = start(row)?;
            let extended = u8::from(is_extended(start, row.interval));
            let IntradayBar { ticker: _, interval, t, open, high, low, close, volume, vwap, trades } = *row;
            let (day, minutes) = (start.day, interval.minutes());
            let values = Values(
                id,
                minutes,
                t.0,
                day.number(),
                start.minute,
                extended,
                open,
                high,
                low,
                close,
                volume,
                vwap,
                trades,
            );
            writer.push(id, day, &values)?;
        }
        self.write_pieces(batch, writer.finish()).await
    }
}

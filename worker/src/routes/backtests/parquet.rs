//! Results as Parquet: one row a trade or a session, in one row group.

use std::sync::Arc;

use domain::backtest::{DayRecord, Trade};
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::parquet_columns::{optional, required};

/// How one column is written.
enum Column {
    Day(Vec<i32>),
    Whole(Vec<i32>),
    Number(Vec<f64>),
    Optional(Vec<Option<f64>>),
    Text(Vec<ByteArray>),
}

fn write(columns: &[(&str, Column)]) -> Result<Vec<u8>, ParquetError> {
    let field = |(name, column): &(&str, Column)| match column {
        Column::Day(_) => format!("required int32 {name} (DATE);"),
        Column::Whole(_) => format!("required int32 {name};"),
        Column::Number(_) => format!("required double {name};"),
        Column::Optional(_) => format!("optional double {name};"),
        Column::Text(_) => format!("required binary {name} (UTF8);"),
    };
    let schema = format!("message results {{ {} }}", columns.iter().map(field).collect::<Vec<_>>().join(" "));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("equipoise".to_owned())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .build();
    let schema = Arc::new(parse_message_type(&schema)?);
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for (_, column) in columns {
        match column {
            Column::Day(values) | Column::Whole(values) => required::<Int32Type>(&mut group, values.iter().copied())?,
            Column::Number(values) => required::<DoubleType>(&mut group, values.iter().copied())?,
            Column::Optional(values) => optional::<DoubleType>(&mut group, values.iter().copied())?,
            Column::Text(values) => required::<ByteArrayType>(&mut group, values.iter().cloned())?,
        }
    }
    group.close()?;
    file.into_inner()
}

fn whole(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// One row a trade; its legs as one text.
pub(super) fn trades(trades: &[Trade]) -> Result<Vec<u8>, ParquetError> {
    let days = |of: fn(&Trade) -> i32| Column::Day(trades.iter().map(of).collect());
    let wholes = |of: fn(&Trade) -> i32| Column::Whole(trades.iter().map(of).collect());
    let numbers = |of: fn(&Trade) -> f64| Column::Number(trades.iter().map(of).collect());
    let texts = |of: fn(&Trade) -> String| {
        Column::Text(trades.iter().map(|trade| ByteArray::from(of(trade).as_str())).collect())
    };
    write(&[
        ("trade_id", wholes(|trade| whole(trade.trade_id))),
        ("entry_date", days(|trade| trade.entry_date.number())),
        ("exit_date", days(|trade| trade.exit_date.number())),
        ("exit_reason", texts(|trade| trade.exit_reason.name().to_owned())),
        ("days_held", wholes(|trade| trade.days_held)),
        ("entry_spot", numbers(|trade| trade.entry_spot)),
        ("exit_spot", numbers(|trade| trade.exit_spot)),
        ("quantity", wholes(|trade| whole(trade.quantity))),
        ("legs", texts(Trade::legs_text)),
        ("entry_net", numbers(|trade| trade.entry_net)),
        ("exit_net", numbers(|trade| trade.exit_net)),
        ("commissions", numbers(|trade| trade.commissions)),
        ("slippage", numbers(|trade| trade.slippage)),
        ("pnl", numbers(|trade| trade.pnl)),
        ("entry_margin", numbers(|trade| trade.entry_margin)),
        ("max_favourable", numbers(|trade| trade.max_favourable)),
        ("max_adverse", numbers(|trade| trade.max_adverse)),
    ])
}

/// One row a session.
pub(super) fn equity(days: &[DayRecord]) -> Result<Vec<u8>, ParquetError> {
    let numbers = |of: fn(&DayRecord) -> f64| Column::Number(days.iter().map(of).collect());
    let optional = |of: fn(&DayRecord) -> Option<f64>| Column::Optional(days.iter().map(of).collect());
    write(&[
        ("date", Column::Day(days.iter().map(|day| day.date.number()).collect())),
        ("spot", numbers(|day| day.spot)),
        ("cash", numbers(|day| day.cash)),
        ("positions_value", numbers(|day| day.positions_value)),
        ("equity", numbers(|day| day.equity)),
        ("drawdown", optional(|day| day.drawdown)),
        ("open_positions", Column::Whole(days.iter().map(|day| whole(day.open_positions)).collect())),
        ("realised", numbers(|day| day.realised)),
        ("fees", numbers(|day| day.fees)),
        ("margin", numbers(|day| day.margin)),
        ("buying_power", numbers(|day| day.buying_power)),
        ("delta", optional(|day| day.greeks.map(|greeks| greeks.delta))),
        ("gamma", optional(|day| day.greeks.map(|greeks| greeks.gamma))),
        ("theta", optional(|day| day.greeks.map(|greeks| greeks.theta))),
        ("vega", optional(|day| day.greeks.map(|greeks| greeks.vega))),
    ])
}

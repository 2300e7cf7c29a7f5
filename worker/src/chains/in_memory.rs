//! Files of the warehouse held in memory, and a run over them by the code that the job uses: what the benchmarks measure.

use std::ops::Range;

use bytes::Bytes;
use domain::backtest::{Plan, Run};
use domain::options::strategy::Strategy;
use domain::ports::{ChainMonth, ChainObject, ChainSession, Month, ObjectStore, StoreError};
use domain::units::{Day, DayRange};
use futures_util::FutureExt;
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::Int32Type;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::sessions::{PinnedMonth, SessionReader, session_count};

/// Bytes after the metadata: its length and the mark of the format.
const FOOTER: usize = 8;

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOutcome {
    /// Quotes read.
    pub rows: u64,
    /// Sessions stepped.
    pub sessions: usize,
    /// Trades closed.
    pub trades: u32,
    /// The equity at the end.
    pub final_equity: f64,
    /// SHA-256 over all sessions and trades.
    pub results: String,
}

/// Months of one underlying, each a file as the warehouse writes it.
#[derive(Debug, Default)]
pub struct HeldFiles {
    files: Vec<Bytes>,
    months: Vec<ChainMonth>,
}

impl HeldFiles {
    /// Takes the file of a month, in any order.
    ///
    /// # Errors
    /// In words, for bytes that are none of the warehouse's files.
    pub fn add(&mut self, file: Vec<u8>) -> Result<(), String> {
        let month = month_of(self.files.len(), &file)?;
        let place = self.months.partition_point(|held| held.month < month.month);
        self.months.insert(place, month);
        self.files.push(file.into());
        Ok(())
    }

    /// Runs a strategy, JSON, over everything held.
    ///
    /// # Errors
    /// In words, for a strategy that cannot be run.
    pub fn run(&self, strategy: &str) -> Result<RunOutcome, String> {
        let strategy = Strategy::from_json(strategy.as_bytes()).map_err(|error| error.to_string())?;
        let first = strategy.start_date.unwrap_or(Day::from_number(i32::MIN));
        let asked = DayRange::new(first, strategy.end_date.unwrap_or(Day::from_number(i32::MAX)));
        let asked = asked.ok_or("expected an end_date not before start_date")?;
        let plan = Plan::of(&strategy).map_err(|error| error.to_string())?;
        let months: Vec<PinnedMonth> = self.months.iter().map(|month| PinnedMonth::of(month, asked)).collect();
        let sessions = session_count(&months);
        let mut reader = SessionReader::new(self, &months);
        let (mut run, mut rows) = (Run::start(&plan), 0);
        let (mut days, mut trades) = (Vec::with_capacity(sessions), Vec::new());
        for next in 0..sessions {
            let read = reader.session(next).now_or_never().ok_or("memory answers at once")?;
            let Some(session) = read.map_err(|error| error.to_string())? else { break };
            rows += session.rows() as u64;
            let step = session.with_chain(None, |chain| run.step(&plan, chain, next + 1 == sessions));
            let step = step.map_err(|error| error.to_string())?;
            days.push(step.day);
            trades.extend(step.trades);
        }
        let report = run.finish(&plan, &days, &trades, None);
        let (trades, final_equity) = (report.statistics.trades, report.statistics.final_equity);
        Ok(RunOutcome { rows, sessions: days.len(), trades, final_equity, results: report.hashes.results })
    }
}

fn month_of(number: usize, file: &[u8]) -> Result<ChainMonth, String> {
    let damaged = |error: parquet::errors::ParquetError| error.to_string();
    let reader = SerializedFileReader::new(Bytes::copy_from_slice(file)).map_err(damaged)?;
    let mut sessions = Vec::new();
    for (place, group) in reader.metadata().row_groups().iter().enumerate() {
        let column = reader.get_row_group(place).and_then(|group| group.get_column_reader(0)).map_err(damaged)?;
        let mut days = Vec::new();
        get_typed_column_reader::<Int32Type>(column).read_records(1, None, None, &mut days).map_err(damaged)?;
        let day = days.first().ok_or("expected a quote in each row group")?;
        let ranges: Vec<(u64, u64)> = group.columns().iter().map(ColumnChunkMetaData::byte_range).collect();
        sessions.push(ChainSession {
            day: Day::from_number(*day),
            rows: u64::try_from(group.num_rows()).unwrap_or_default(),
            crossed: 0,
            locked: 0,
            unbid: 0,
            start: ranges.iter().map(|(start, _)| *start).min().unwrap_or_default(),
            end: ranges.iter().map(|(start, length)| start + length).max().unwrap_or_default(),
        });
    }
    let first = sessions.first().ok_or("expected a session")?.day;
    let end = file.len() - FOOTER;
    let length = file[end..].first_chunk().map_or(0, |length| u32::from_le_bytes(*length));
    let metadata = (end as u64 - u64::from(length))..end as u64;
    let object = ChainObject {
        key: number.to_string(),
        hash: String::new(),
        bytes: file.len() as u64,
        metadata,
        sessions,
        source: String::new(),
    };
    let underlying = "BENCH".parse().map_err(|_| "a ticker")?;
    Ok(ChainMonth { underlying, month: Month::of(first), version: 0, object })
}

impl ObjectStore for HeldFiles {
    async fn put(&self, _: &str, _: Vec<u8>) -> Result<(), StoreError> {
        Err(StoreError::Refused("nothing is written here".to_owned()))
    }

    async fn read(&self, key: &str, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        let gone = || StoreError::Conflict(format!("{key} is gone"));
        let file = key.parse().ok().and_then(|number: usize| self.files.get(number)).ok_or_else(gone)?;
        let bounds = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        let bytes = bounds.and_then(|(start, end)| file.get(start..end));
        bytes.map(<[u8]>::to_vec).ok_or_else(gone)
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let file = key.parse().ok().and_then(|number: usize| self.files.get(number));
        Ok(file.map(|file| file.to_vec()))
    }

    async fn delete(&self, _: &[String]) -> Result<(), StoreError> {
        Err(StoreError::Refused("nothing is written here".to_owned()))
    }
}

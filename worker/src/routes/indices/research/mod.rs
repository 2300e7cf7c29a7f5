//! Research: why an index moved, what it costs, what it compares with, what it would have been.

mod attribution;
mod compare;
mod holdings;
mod look_ahead;
mod quality;
mod sheets;
mod statistics;
mod trades;
mod what_if;

pub(in crate::routes) use attribution::attribution;
pub(in crate::routes) use compare::compare;
pub(in crate::routes) use look_ahead::look_ahead;
pub(in crate::routes) use quality::quality;
pub(super) use quality::refuse_suspicious;
pub(super) use sheets::{NAMES as SHEETS, sheets};
pub(in crate::routes) use statistics::statistics;
pub(in crate::routes) use trades::trades;
pub(in crate::routes) use what_if::what_if;

use domain::units::{Day, DayRange};

use super::find;
use super::performance::{Loaded, Wanted, load};
use crate::error::Problem;
use crate::routes::cached::Computed;
use crate::routes::query::Query;
use crate::stores::d1::D1;
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::research::{D1ResearchStore, StudiedIndex, moved};

/// Member rows that one answer is made from at most: five years of 300 members, which keeps an isolate within its memory.
const MEMBER_ROWS: u64 = 400_000;

/// How often a read is tried again because data was published meanwhile.
const READS: usize = 3;

/// An index over a range with its members and prices, all of one state of the data.
struct Read {
    loaded: Loaded,
    studied: StudiedIndex,
}

/// Reads an index over a range, with prices from so many sessions before on.
async fn read(db: &D1, slug: &str, wanted: &Wanted, sessions_before: u32) -> Result<Read, Problem> {
    for _ in 0..READS {
        let index = find(db, slug).await?;
        let loaded = load(db, &index, wanted).await?;
        refuse_too_many(&loaded)?;
        let studied = D1ResearchStore::new(db).study(&index, range_of(&loaded)?, sessions_before).await?;
        if studied.versions == loaded.range.versions {
            return Ok(Read { loaded, studied });
        }
    }
    Err(moved().into())
}

fn range_of(loaded: &Loaded) -> Result<DayRange, Problem> {
    let performance = &loaded.performance;
    DayRange::new(performance.start_date, performance.end_date)
        .ok_or_else(|| Problem::internal("a read range is a range"))
}

fn refuse_too_many(loaded: &Loaded) -> Result<(), Problem> {
    let rows: u64 = loaded.range.sessions.iter().map(|session| u64::from(session.constituents)).sum();
    if rows <= MEMBER_ROWS {
        return Ok(());
    }
    let detail =
        format!("expected at most {MEMBER_ROWS} member rows in one answer, the range has {rows}; ask for parts of it");
    Err(Problem::refused("range_too_large", detail))
}

/// The forms in which research comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
}

impl Form {
    fn of(query: &Query) -> Result<Self, Problem> {
        Ok(query.choice("format", &[("json", Self::Json), ("csv", Self::Csv)])?.unwrap_or(Self::Json))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    /// The answer, as JSON or as the table that `csv` makes of it.
    fn computed<T: serde::Serialize>(
        self,
        answer: &T,
        csv: impl FnOnce(&T) -> Vec<u8>,
        versions: Versions,
        file: &str,
    ) -> Result<Computed, Problem> {
        Ok(match self {
            Self::Json => Computed {
                versions,
                content_type: "application/json",
                disposition: None,
                body: serde_json::to_vec(answer).map_err(Problem::internal)?,
            },
            Self::Csv => Computed {
                versions,
                content_type: "text/csv; charset=utf-8",
                disposition: Some(format!("attachment; filename=\"{file}.csv\"")),
                body: csv(answer),
            },
        })
    }
}

/// The part of a key that every range has.
fn key_of(slug: &str, wanted: &Wanted) -> String {
    use super::format::optional;
    let benchmark = optional(wanted.benchmark.as_ref());
    format!("{slug}&{}&{}&{}&{benchmark}", optional(wanted.start), optional(wanted.end), wanted.bridge)
}

/// Whole sessions from one day to another, of those of a series.
fn sessions_between(days: &[Day], from: Day, to: Day) -> u32 {
    let at = |day: Day| days.partition_point(|other| *other <= day);
    u32::try_from(at(to).saturating_sub(at(from))).unwrap_or(u32::MAX)
}

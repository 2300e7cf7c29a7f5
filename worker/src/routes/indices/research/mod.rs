//! Research: why an index moved, what it costs, what it compares with, what it would have been.

mod attribution;
mod compare;
mod compared_tables;
mod definitions;
mod further_tables;
mod holdings;
mod look_ahead;
mod membership;
mod quality;
mod question;
mod sheets;
mod statistics;
mod table;
mod trades;
mod what_if;

pub(in crate::routes) use attribution::attribution;
pub(in crate::routes) use compare::compare;
pub(crate) use definitions::{Asker, kept, kept_as, load_comparison as load_definition_comparison};
pub(in crate::routes) use definitions::{
    delete as delete_definition, get as get_definition, list as list_definitions, save as save_definition,
    side_by_side as compare_definitions,
};
pub(in crate::routes) use look_ahead::look_ahead;
pub(crate) use membership::{load as load_membership, load_shares, read_known_on, read_ticker};
pub(in crate::routes) use membership::{membership, shares};
pub(in crate::routes) use quality::quality;
pub(super) use quality::refuse_suspicious;
pub(super) use sheets::{NAMES as SHEETS, read_beside, sheets};
pub(in crate::routes) use statistics::statistics;
pub(in crate::routes) use trades::trades;
pub(in crate::routes) use what_if::what_if;

use domain::api::{
    IndexAttribution, IndexComparison, IndexQuality, IndexStatistics, IndexTrades, LookAheadCheck, LookAheadReport,
    WhatIf, WhatIfResult,
};
use domain::units::{Day, DayRange, UnixMillis};

use super::find;
use super::performance::{Loaded, Wanted, load};
use crate::error::Problem;
use crate::routes::query::Query;
use crate::stores::d1::D1;
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

/// The answers to the REST routes' parameters, for GraphQL.
pub(crate) mod answers {
    use super::{
        D1, IndexAttribution, IndexComparison, IndexQuality, IndexStatistics, IndexTrades, LookAheadCheck,
        LookAheadReport, Problem, Query, UnixMillis, Wanted, WhatIf, WhatIfResult, read,
    };

    /// `POST /indices/{slug}/look-ahead-check`.
    pub(crate) async fn look_ahead(
        db: &D1,
        slug: &str,
        asked: &LookAheadCheck,
        now: UnixMillis,
    ) -> Result<LookAheadReport, Problem> {
        super::look_ahead::checked(db, slug, asked, now).await.map(|(report, _)| report)
    }

    /// `POST /what-if`, where holdings come as the text of a CSV file.
    pub(crate) async fn what_if(
        db: &D1,
        asked: WhatIf,
        holdings: Option<&str>,
        now: UnixMillis,
    ) -> Result<WhatIfResult, Problem> {
        let holdings = holdings.map(|text| super::holdings::from_csv(text.as_bytes())).transpose()?;
        let asked = super::question::checked(WhatIf { holdings, ..asked }, now, false)?;
        super::what_if::walked(db, &asked).await.map(|(answer, _)| answer)
    }

    /// `GET /index-attribution`.
    pub(crate) async fn attribution(db: &D1, slug: &str, wanted: &Wanted) -> Result<IndexAttribution, Problem> {
        Ok(super::attribution::attributed(read(db, slug, wanted, 0).await?))
    }

    /// `GET /index-trades`.
    pub(crate) async fn trades(db: &D1, slug: &str, wanted: &Wanted, query: &Query) -> Result<IndexTrades, Problem> {
        let (plan, date) = (super::trades::read_plan(query)?, query.day("date")?);
        super::trades::traded(read(db, slug, wanted, super::trades::SESSIONS_BEFORE).await?, &plan, date)
    }

    /// `GET /index-compare`.
    pub(crate) async fn compare(
        db: &D1,
        slug: &str,
        wanted: &Wanted,
        against: Option<&str>,
    ) -> Result<IndexComparison, Problem> {
        super::compare::answered(db, slug, wanted, super::compare::checked_against(wanted, against)?.as_deref())
            .await
            .map(|(answer, _)| answer)
    }

    /// `GET /index-quality`.
    pub(crate) async fn quality(db: &D1, slug: &str, wanted: &Wanted, query: &Query) -> Result<IndexQuality, Problem> {
        let policy = super::quality::read_policy(query, "policy")?;
        super::quality::examined(db, slug, wanted, policy).await.map(|(answer, _)| answer)
    }

    /// `GET /index-statistics`.
    pub(crate) async fn statistics(
        db: &D1,
        slug: &str,
        wanted: &Wanted,
        query: &Query,
    ) -> Result<IndexStatistics, Problem> {
        let shown = super::statistics::read_shown(query)?;
        super::statistics::answered(db, slug, wanted, &shown).await.map(|(answer, _)| answer)
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

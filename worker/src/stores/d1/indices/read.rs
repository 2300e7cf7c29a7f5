//! Reading indices. What an answer is made of comes with the versions it was read under, in one batch.

use domain::index::{BuildPlan, IndexDefinition, Rebalance, ReturnType, SessionReturn, ShareClasses, Weighting};
use domain::ports::StoreError;
use domain::units::{Day, DayRange, Ticker};
use serde::Deserialize;

use super::D1IndexStore;
use crate::stores::d1::data_versions::{self, Versions};
use crate::stores::d1::{Rows, Statement};

/// A defined index and what is built of it.
#[derive(Clone, Debug)]
pub(crate) struct IndexRow {
    pub(crate) id: i64,
    pub(crate) slug: String,
    pub(crate) definition: IndexDefinition,
    pub(crate) auto_build: bool,
    /// The first and last built session.
    pub(crate) built: Option<DayRange>,
    /// How many sessions are built, and how many of them are outdated.
    pub(crate) sessions: u64,
    pub(crate) outdated: u64,
}

#[derive(Deserialize)]
pub(super) struct RawIndex {
    id: i64,
    slug: String,
    top_n: u32,
    weighting: String,
    rebalance: String,
    return_type: String,
    share_classes: String,
    buffer: u32,
    universe: Option<String>,
    repairs_caps: u8,
    auto_build: u8,
    first_day: Option<i32>,
    last_day: Option<i32>,
    sessions: Option<u64>,
    outdated: Option<u64>,
}

/// A built session as stored.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SessionRow {
    pub(crate) day: i32,
    pub(crate) return_value: Option<f64>,
    pub(crate) bridged_return: Option<f64>,
    pub(crate) turnover: f64,
    pub(crate) constituents: u32,
    pub(crate) stale_prices: u32,
    pub(crate) jumps: u32,
    pub(crate) outdated: u8,
    pub(crate) data_version: i64,
    pub(crate) method_version: i64,
    pub(crate) inputs_hash: String,
    /// How much its build found suspicious; `None` where it did not look.
    pub(crate) findings: Option<u32>,
}

/// A member as stored, with what is known of its security.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct MemberRow {
    pub(crate) day: i32,
    pub(crate) rank: u32,
    pub(crate) ticker: String,
    pub(crate) name: Option<String>,
    pub(crate) sector: Option<String>,
    pub(crate) weight: f64,
    pub(crate) price: f64,
    pub(crate) cap: f64,
}

/// A change of membership.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Move {
    pub(crate) day: i32,
    pub(crate) turnover: f64,
    pub(crate) outdated: u8,
    pub(crate) action: String,
    pub(crate) ticker: String,
    pub(crate) name: Option<String>,
    pub(crate) rank: Option<u32>,
    pub(crate) previous_rank: Option<u32>,
    pub(crate) cap: Option<f64>,
    pub(crate) reason: String,
}

/// A member's return on one session.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ExplainedMember {
    pub(crate) ticker: String,
    pub(crate) name: Option<String>,
    pub(crate) sector: Option<String>,
    pub(crate) rank: u32,
    pub(crate) weight: f64,
    pub(crate) price_before: f64,
    pub(crate) price: Option<f64>,
    pub(crate) value: f64,
    pub(crate) contribution: f64,
    pub(crate) split_ratio: Option<f64>,
    pub(crate) split_implied: Option<u8>,
    pub(crate) dividend: Option<f64>,
    pub(crate) version_before: Option<i64>,
    pub(crate) version: Option<i64>,
    pub(crate) source_before: Option<String>,
    pub(crate) source: Option<String>,
}

/// Built sessions of a range, whether every session of it that holds data is among them, and whether the data is synthetic.
#[derive(Debug)]
pub(crate) struct BuiltRange {
    pub(crate) sessions: Vec<SessionRow>,
    /// Sessions between the first and the last of them that hold data but are not built.
    pub(crate) unbuilt: Vec<Day>,
    /// Whether any data held came from the synthetic provider.
    pub(crate) synthetic: bool,
    /// The versions of [`scopes`], from the same batch.
    pub(crate) versions: Versions,
    /// Closes of the benchmark by session, restated for splits; empty without one.
    pub(crate) benchmark: Vec<(Day, f64)>,
}

impl BuiltRange {
    /// The returns of its sessions, to be compounded.
    pub(crate) fn returns(&self) -> Vec<SessionReturn> {
        self.sessions.iter().map(SessionRow::as_return).collect()
    }
}

impl SessionRow {
    /// Its return, to be compounded.
    pub(super) fn as_return(&self) -> SessionReturn {
        SessionReturn { day: Day::from_number(self.day), value: self.return_value, bridged: self.bridged_return }
    }
}

/// The members of one session with what its level is made of.
#[derive(Debug)]
pub(crate) struct SessionMembers {
    pub(crate) members: Vec<MemberRow>,
    /// The returns of every built session up to this one.
    pub(crate) returns: Vec<SessionReturn>,
    pub(crate) outdated: bool,
    /// Whether any data held came from the synthetic provider.
    pub(crate) synthetic: bool,
    pub(crate) versions: Versions,
}

/// The entries and exits of a range.
#[derive(Debug)]
pub(crate) struct Moves {
    pub(crate) rows: Vec<Move>,
    /// Whether any session of the range is built.
    pub(crate) built: bool,
    /// Whether any data held came from the synthetic provider.
    pub(crate) synthetic: bool,
    pub(crate) versions: Versions,
}

/// A read with the versions it was read under.
#[derive(Debug)]
pub(crate) struct Analysis<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) versions: Versions,
}

#[derive(Deserialize)]
struct DayRow {
    day: i32,
}

/// The scopes whose publications can change what is read of an index.
pub(crate) fn scopes(slug: &str) -> [String; 2] {
    ["market".to_owned(), format!("index:{slug}")]
}

pub(super) fn versions_statement(slug: &str) -> Statement {
    data_versions::select(&scopes(slug).each_ref().map(String::as_str))
}

pub(super) fn read_versions(rows: &Rows, slug: &str) -> Result<Versions, StoreError> {
    data_versions::decode(rows, &scopes(slug).each_ref().map(String::as_str))
}

fn definition(raw: &RawIndex) -> Option<IndexDefinition> {
    let tickers = |text: &str| -> Option<Vec<Ticker>> {
        let names: Vec<String> = serde_json::from_str(text).ok()?;
        names.into_iter().map(|name| name.parse().ok()).collect()
    };
    Some(IndexDefinition {
        top_n: raw.top_n,
        weighting: Weighting::from_name(&raw.weighting)?,
        rebalance: Rebalance::from_name(&raw.rebalance)?,
        return_type: ReturnType::from_name(&raw.return_type)?,
        share_classes: ShareClasses::from_name(&raw.share_classes)?,
        buffer: raw.buffer,
        universe: match &raw.universe {
            Some(text) => Some(tickers(text)?),
            None => None,
        },
        repairs_caps: raw.repairs_caps == 1,
    })
}

pub(super) fn index_row(raw: RawIndex) -> Result<IndexRow, StoreError> {
    let definition =
        definition(&raw).ok_or_else(|| StoreError::Refused(format!("index {} is not readable", raw.slug)))?;
    let built = raw.first_day.zip(raw.last_day);
    Ok(IndexRow {
        id: raw.id,
        definition,
        auto_build: raw.auto_build == 1,
        built: built.and_then(|(first, last)| DayRange::new(Day::from_number(first), Day::from_number(last))),
        sessions: raw.sessions.unwrap_or(0),
        outdated: raw.outdated.unwrap_or(0),
        slug: raw.slug,
    })
}

/// What was read of the built sessions of a range, the days without one, whether data is synthetic, and closes of a benchmark.
pub(super) fn sessions_of(
    versions: Versions,
    [sessions, unbuilt, synthetic]: [&Rows; 3],
    closes: Option<&Rows>,
) -> Result<BuiltRange, StoreError> {
    #[derive(Deserialize)]
    struct Close {
        day: i32,
        close: f64,
    }
    let unbuilt = unbuilt.decode::<DayRow>()?.into_iter().map(|row| Day::from_number(row.day)).collect();
    let closes = closes.map(Rows::decode::<Close>).transpose()?.unwrap_or_default();
    Ok(BuiltRange {
        versions,
        sessions: sessions.decode_lists()?,
        unbuilt,
        synthetic: synthetic.scalar::<u8>()?.unwrap_or(0) == 1,
        benchmark: closes.into_iter().map(|row| (Day::from_number(row.day), row.close)).collect(),
    })
}

impl D1IndexStore<'_> {
    /// Every defined index with what is built of it, by slug.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn list(&self) -> Result<Vec<IndexRow>, StoreError> {
        let rows = self.db.run(Statement::new(sql!("index/list"))).await?;
        rows.decode::<RawIndex>()?.into_iter().map(index_row).collect()
    }

    /// One defined index.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn find(&self, slug: &str) -> Result<Option<IndexRow>, StoreError> {
        let rows = self.db.run(Statement::new(sql!("index/find")).bind(slug)).await?;
        rows.first::<RawIndex>()?.map(index_row).transpose()
    }

    /// From the first to the last session held that this index has not built, or whose inputs have changed since; sessions
    /// before its first built one do not count, unless nothing is built.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn range_to_bring_up_to_date(&self, index: i64) -> Result<Option<DayRange>, StoreError> {
        #[derive(Deserialize)]
        struct Ends {
            first: Option<i32>,
            last: Option<i32>,
        }
        let rows = self.db.run(Statement::new(sql!("index/behind")).bind(index)).await?;
        let ends = rows.first::<Ends>()?.and_then(|ends| ends.first.zip(ends.last));
        Ok(ends.and_then(|(first, last)| DayRange::new(Day::from_number(first), Day::from_number(last))))
    }

    /// The built sessions of a range; `None` ends are the first and last built session.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn sessions(
        &self,
        index: &IndexRow,
        first: Option<Day>,
        last: Option<Day>,
        benchmark: Option<&Ticker>,
    ) -> Result<BuiltRange, StoreError> {
        let ranged = |sql: &'static str| Statement::new(sql).bind(index.id).bind(first).bind(last);
        let rows = self
            .db
            .batch(vec![
                versions_statement(&index.slug),
                ranged(sql!("index/sessions_of_range")),
                ranged(sql!("index/unbuilt_of_range")),
                Statement::new(sql!("market/is_synthetic")),
                ranged(sql!("index/benchmark_of_range")).bind(benchmark.map(Ticker::as_str)),
            ])
            .await?;
        let versions = read_versions(&rows[0], &index.slug)?;
        sessions_of(versions, [&rows[1], &rows[2], &rows[3]], Some(&rows[4]))
    }

    /// The first and last session that can be ranked.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn held_ends(&self) -> Result<Option<(Day, Day)>, StoreError> {
        #[derive(Deserialize)]
        struct Ends {
            first: Option<i32>,
            last: Option<i32>,
        }
        let sql = "select (select min(day) from market_caps) as first, (select max(day) from market_caps) as last";
        let ends = self.db.run(Statement::new(sql)).await?.first::<Ends>()?;
        let ends = ends.and_then(|ends| ends.first.zip(ends.last));
        Ok(ends.map(|(first, last)| (Day::from_number(first), Day::from_number(last))))
    }

    /// The members of the built sessions of a range, by session and rank.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn members(&self, index: &IndexRow, range: DayRange) -> Result<Analysis<MemberRow>, StoreError> {
        self.members_between(index, range.first(), range.last()).await
    }

    /// The members of one session, none where it is not built.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(super) async fn members_of_session(
        &self,
        index: &IndexRow,
        day: Day,
    ) -> Result<Analysis<MemberRow>, StoreError> {
        self.members_between(index, day, day).await
    }

    async fn members_between(
        &self,
        index: &IndexRow,
        first: Day,
        last: Day,
    ) -> Result<Analysis<MemberRow>, StoreError> {
        let members = Statement::new(sql!("index/members_of_range")).bind(index.id).bind(first).bind(last);
        let rows = self.db.batch(vec![versions_statement(&index.slug), members]).await?;
        Ok(Analysis { versions: read_versions(&rows[0], &index.slug)?, rows: rows[1].decode_lists()? })
    }

    /// The members of one built session by rank, none where it is not built, and what its level is made of.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn session_members(&self, index: &IndexRow, day: Day) -> Result<SessionMembers, StoreError> {
        #[derive(Deserialize)]
        struct Return {
            day: i32,
            value: Option<f64>,
            bridged: Option<f64>,
            outdated: u8,
        }
        let rows = self
            .db
            .batch(vec![
                versions_statement(&index.slug),
                Statement::new(sql!("index/members_of_range")).bind(index.id).bind(day).bind(day),
                Statement::new(sql!("index/returns_until")).bind(index.id).bind(day),
                Statement::new(sql!("market/is_synthetic")),
            ])
            .await?;
        let returns: Vec<Return> = rows[2].decode_lists()?;
        Ok(SessionMembers {
            members: rows[1].decode_lists()?,
            outdated: returns.last().is_some_and(|last| last.outdated == 1),
            returns: returns
                .into_iter()
                .map(|one| SessionReturn { day: Day::from_number(one.day), value: one.value, bridged: one.bridged })
                .collect(),
            synthetic: rows[3].scalar::<u8>()?.unwrap_or(0) == 1,
            versions: read_versions(&rows[0], &index.slug)?,
        })
    }

    /// The entries and exits of the built sessions of a range, by session, entries first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn changes(
        &self,
        index: &IndexRow,
        first: Option<Day>,
        last: Option<Day>,
    ) -> Result<Moves, StoreError> {
        let ranged = |sql: &'static str| Statement::new(sql).bind(index.id).bind(first).bind(last);
        let rows = self
            .db
            .batch(vec![
                versions_statement(&index.slug),
                ranged(sql!("index/changes_of_range")),
                ranged(sql!("index/built_in_range")),
                Statement::new(sql!("market/is_synthetic")),
            ])
            .await?;
        Ok(Moves {
            versions: read_versions(&rows[0], &index.slug)?,
            rows: rows[1].decode_lists()?,
            built: rows[2].scalar::<u8>()? == Some(1),
            synthetic: rows[3].scalar::<u8>()?.unwrap_or(0) == 1,
        })
    }

    /// The member returns of the only kept session of a plan, by rank.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn explain(
        &self,
        index: &IndexRow,
        plan: &BuildPlan,
    ) -> Result<Analysis<ExplainedMember>, StoreError> {
        let statement = self.explain_statement(index.id, &index.definition, plan).await?;
        let rows = self.db.batch(vec![versions_statement(&index.slug), statement]).await?;
        Ok(Analysis { versions: read_versions(&rows[0], &index.slug)?, rows: rows[1].decode()? })
    }
}

//! What research reads: members and prices of a range, in few statements, a JSON text for each session or security.

mod wire;

use std::collections::BTreeMap;

use domain::ports::StoreError;
use domain::research::{Line, Member, Panel, StudiedSession, Study};
use domain::units::{Day, DayRange, Ticker};
use serde::Deserialize;

use super::data_versions::{self, Versions};
use super::indices::{IndexRow, scopes};
use super::instead::{self, Instead};
use super::{D1, Rows, Statement};

/// A security that is studied.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Studied {
    /// Its number.
    pub(crate) id: i64,
    /// Its name, where known.
    pub(crate) name: Option<String>,
}

/// An index over a range with everybody who ever was a member, from one state of the data.
#[derive(Debug)]
pub(crate) struct StudiedIndex {
    /// Members and prices.
    pub(crate) study: Study,
    /// Who the lines of the panel are, in their order.
    pub(crate) securities: Vec<Studied>,
    /// The versions that it was read under.
    pub(crate) versions: Versions,
}

/// Who can be chosen at a close, by rank.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ranking {
    /// The session.
    pub(crate) day: Day,
    /// Security, market cap and raw close.
    pub(crate) list: Vec<(i64, f64, f64)>,
}

/// Prices of some securities.
#[derive(Debug)]
pub(crate) struct Lines {
    /// The prices.
    pub(crate) panel: Panel,
    /// Who they are, in the panel's order, ascending by number.
    pub(crate) securities: Vec<Studied>,
    /// The versions they were read under.
    pub(crate) versions: Versions,
}

/// The members at each close, as numbers with their weights.
pub(crate) type Weights = Vec<(Day, Vec<(i64, f64)>)>;

/// Members of a range before their prices are read.
type Sessions = Vec<(Day, Vec<wire::RawMember>)>;

/// Reads for research.
#[derive(Debug)]
pub(crate) struct D1ResearchStore<'a> {
    db: &'a D1,
    instead: Option<Instead>,
}

impl<'a> D1ResearchStore<'a> {
    /// The store over this database.
    pub(crate) const fn new(db: &'a D1) -> Self {
        Self { db, instead: None }
    }

    /// The same store, whose prices and market caps are others.
    pub(crate) fn reading(self, instead: Option<Instead>) -> Self {
        Self { instead, ..self }
    }

    /// The earliest of the last so many sessions held before a day; the day itself where none is.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn sessions_before(&self, day: Day, sessions: u32) -> Result<Day, StoreError> {
        let before = Statement::new(sql!("research/sessions_before")).bind(day).bind(sessions);
        Ok(self.db.run(before).await?.scalar::<i32>()?.map_or(day, Day::from_number))
    }

    /// An index over a range of built sessions, with prices from `sessions_before` held sessions earlier on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when data is published between the two reads that it takes; see [`StoreError`].
    pub(crate) async fn study(
        &self,
        index: &IndexRow,
        range: DayRange,
        sessions_before: u32,
    ) -> Result<StudiedIndex, StoreError> {
        self.study_with(index, range, sessions_before, Vec::new()).await
    }

    /// The same, with the prices of some others.
    ///
    /// # Errors
    /// As [`Self::study`].
    pub(crate) async fn study_with(
        &self,
        index: &IndexRow,
        range: DayRange,
        sessions_before: u32,
        others: Vec<i64>,
    ) -> Result<StudiedIndex, StoreError> {
        let (sessions, from, versions) = self.members(index, range, sessions_before).await?;
        let mut ids = others;
        ids.extend(sessions.iter().flat_map(|(_, members)| members.iter().map(|member| member.0)));
        ids.sort_unstable();
        ids.dedup();
        let lines = self.lines(&index.slug, &ids, from, range.last()).await?;
        if lines.versions != versions {
            return Err(moved());
        }
        let sessions = studied_sessions(sessions, &lines.securities)?;
        let definition = &index.definition;
        let study = Study {
            panel: lines.panel,
            sessions,
            dividend_share: definition.return_type.dividend_share(),
            period: definition.rebalance.period(),
        };
        Ok(StudiedIndex { study, securities: lines.securities, versions })
    }

    async fn members(
        &self,
        index: &IndexRow,
        range: DayRange,
        sessions_before: u32,
    ) -> Result<(Sessions, Day, Versions), StoreError> {
        let members = Statement::new(sql!("research/members_of_sessions"));
        let before = Statement::new(sql!("research/sessions_before"));
        let rows = self
            .db
            .batch(vec![
                versions_statement(&index.slug),
                members.bind(index.id).bind(range.first()).bind(range.last()),
                before.bind(range.first()).bind(sessions_before),
            ])
            .await?;
        let from = rows[2].scalar::<i32>()?.map_or(range.first(), Day::from_number);
        Ok((wire::sessions(&rows[1])?, from, read_versions(&rows[0], &index.slug)?))
    }

    /// The prices of securities from one day to another.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn lines(&self, slug: &str, ids: &[i64], from: Day, to: Day) -> Result<Lines, StoreError> {
        let wanted = serde_json::json!(ids).to_string();
        let parameters = [wanted.as_str().into(), from.into(), to.into()];
        let of_wanted = |sql: &'static str| instead::statement(self.instead.as_ref(), sql.to_owned(), &parameters);
        let rows = self
            .db
            .batch(vec![
                versions_statement(slug),
                of_wanted(sql!("research/lines")),
                of_wanted(sql!("research/splits")),
                of_wanted(sql!("research/dividends")),
            ])
            .await?;
        let (mut lines, mut securities) = (Vec::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
        for raw in rows[1].decode::<wire::RawLine>()? {
            let (studied, line) = wire::line(raw)?;
            securities.push(studied);
            lines.push(line);
        }
        attach(&rows[2], &securities, &mut lines, |line, event| line.splits.push(event))?;
        attach(&rows[3], &securities, &mut lines, |line, event| line.dividends.push(event))?;
        Ok(Lines { panel: Panel { lines }, securities, versions: read_versions(&rows[0], slug)? })
    }

    /// The market caps of securities from one day to another, in the order of their numbers.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn caps(
        &self,
        slug: &str,
        ids: &[i64],
        from: Day,
        to: Day,
    ) -> Result<(Vec<Vec<(Day, f64)>>, Vec<Day>, Versions), StoreError> {
        let wanted = serde_json::json!(ids).to_string();
        let rows = self
            .db
            .batch(vec![
                versions_statement(slug),
                instead::statement(
                    self.instead.as_ref(),
                    sql!("research/caps").to_owned(),
                    &[wanted.into(), from.into(), to.into()],
                ),
                Statement::new(sql!("research/sessions_held")).bind(from).bind(to),
            ])
            .await?;
        #[derive(Deserialize)]
        struct Held {
            day: i32,
        }
        let held = rows[2].decode::<Held>()?.into_iter().map(|row| Day::from_number(row.day)).collect();
        Ok((wire::caps(&rows[1])?, held, read_versions(&rows[0], slug)?))
    }

    /// Who can be chosen at each built close of a range: the first `places` of the ranking, and some others wherever they stand.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn rankings(
        &self,
        index: &IndexRow,
        range: DayRange,
        places: usize,
        others: &[i64],
    ) -> Result<(Vec<Ranking>, Versions), StoreError> {
        let sql = sql!("research/candidates");
        let candidates = Statement::new(sql)
            .bind(index.id)
            .bind(range.first())
            .bind(range.last())
            .bind(places)
            .bind(serde_json::json!(others).to_string());
        let rows = self.db.batch(vec![versions_statement(&index.slug), candidates]).await?;
        Ok((wire::rankings(&rows[1])?, read_versions(&rows[0], &index.slug)?))
    }

    /// The members of a range of built sessions as numbers with their weights, by rank.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn weights(&self, index: &IndexRow, range: DayRange) -> Result<(Weights, Versions), StoreError> {
        let (sessions, _, versions) = self.members(index, range, 0).await?;
        let weights = |members: Vec<wire::RawMember>| members.into_iter().map(|member| (member.0, member.1)).collect();
        Ok((sessions.into_iter().map(|(day, members)| (day, weights(members))).collect(), versions))
    }

    /// The numbers of securities by ticker; a ticker that nobody knows has none.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn ids(&self, tickers: &[Ticker]) -> Result<BTreeMap<String, i64>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            id: i64,
            ticker: String,
        }
        let names: Vec<&str> = tickers.iter().map(Ticker::as_str).collect();
        let sql = sql!("research/ids");
        let rows = self.db.run(Statement::new(sql).bind(serde_json::json!(names).to_string())).await?;
        Ok(rows.decode::<Row>()?.into_iter().map(|row| (row.ticker, row.id)).collect())
    }
}

/// What a read says whose parts are of two states of the data.
pub(crate) fn moved() -> StoreError {
    StoreError::Unavailable("data was published while it was being read".into())
}

fn versions_statement(slug: &str) -> Statement {
    data_versions::select(&scopes(slug).each_ref().map(String::as_str))
}

fn read_versions(rows: &Rows, slug: &str) -> Result<Versions, StoreError> {
    data_versions::decode(rows, &scopes(slug).each_ref().map(String::as_str))
}

fn place(securities: &[Studied], id: i64) -> Option<usize> {
    securities.binary_search_by_key(&id, |studied| studied.id).ok()
}

fn studied_sessions(sessions: Sessions, securities: &[Studied]) -> Result<Vec<StudiedSession>, StoreError> {
    let member = |raw: wire::RawMember| {
        let line = place(securities, raw.0);
        let line = line.ok_or_else(|| StoreError::Refused(format!("member {} is no security", raw.0)))?;
        Ok(Member { line, weight: raw.1, price: raw.2, cap: raw.3 })
    };
    let session = |(day, members): (Day, Vec<wire::RawMember>)| {
        let members = members.into_iter().map(member).collect::<Result<Vec<_>, StoreError>>()?;
        Ok(StudiedSession { day, members })
    };
    sessions.into_iter().map(session).collect()
}

fn attach(
    rows: &Rows,
    securities: &[Studied],
    lines: &mut [Line],
    mut add: impl FnMut(&mut Line, (Day, f64)),
) -> Result<(), StoreError> {
    #[derive(Deserialize)]
    struct Event {
        id: i64,
        day: i32,
        value: f64,
    }
    for event in rows.decode::<Event>()? {
        if let Some(at) = place(securities, event.id) {
            add(&mut lines[at], (Day::from_number(event.day), event.value));
        }
    }
    Ok(())
}

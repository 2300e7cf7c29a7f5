//! Reading what is not a series: a session of the whole market, securities, splits and dividends.

use std::collections::{BTreeSet, HashMap};

use domain::bars::{Action, Bar, Factors};
use domain::ports::StoreError;
use domain::units::{Day, UnixMillis};
use serde::Deserialize;

use super::data_versions::{self, Versions};
use super::securities::D1Securities;
use super::{D1, Param, Statement};

/// The scope whose publications can change the answers.
pub(crate) const SCOPES: [&str; 1] = ["market"];

/// Reference data in D1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct D1Reference<'a>(pub(crate) &'a D1);

/// A security as it is listed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct ListedSecurity {
    pub(crate) ticker: String,
    pub(crate) name: Option<String>,
    pub(crate) exchange: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) list_day: Option<i32>,
    pub(crate) delist_day: Option<i32>,
    pub(crate) active: i64,
    #[serde(default)]
    pub(crate) sector: Option<String>,
    #[serde(default)]
    pub(crate) market_cap: Option<f64>,
    #[serde(default)]
    pub(crate) shares: Option<f64>,
}

/// Which securities.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SecurityFilter {
    pub(crate) ticker: Option<String>,
    pub(crate) above: Option<String>,
    pub(crate) at_least: Option<String>,
    pub(crate) below: Option<String>,
    pub(crate) at_most: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) exchange: Option<String>,
    pub(crate) part: Option<String>,
    /// Listed on the day, or not.
    pub(crate) active: bool,
    pub(crate) descending: bool,
}

/// Splits or dividends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ActionKind {
    Splits,
    Dividends,
}

/// Which of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ActionFilter {
    pub(crate) ticker: Option<String>,
    pub(crate) first: Day,
    pub(crate) last: Day,
    /// The last one of the page before.
    pub(crate) after: Option<(Day, String)>,
    /// Only reverse splits, or only the others.
    pub(crate) reverse: Option<bool>,
    pub(crate) descending: bool,
}

/// A symbol of a security.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Named {
    pub(crate) ticker: String,
    /// Of the security.
    pub(crate) name: Option<String>,
    /// The day on which this symbol followed another; `None` for the oldest.
    pub(crate) first_day: Option<i32>,
    /// When the security was listed, or its first bar.
    pub(crate) listed_day: Option<i32>,
}

/// A split's ratio or a dividend's amount.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ActionOfDay {
    pub(crate) ex_day: Day,
    pub(crate) ticker: String,
    pub(crate) value: f64,
}

/// A session of the whole market.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SessionFound {
    /// By ticker.
    pub(crate) bars: Vec<(String, Bar)>,
    /// The versions that it was read from.
    pub(crate) versions: Versions,
    /// Who brought it.
    pub(crate) sources: Vec<String>,
}

#[derive(Deserialize)]
struct SourceRow {
    source: String,
}

#[derive(Deserialize)]
struct DayRow {
    ticker: String,
    open: Option<f64>,
    high: Option<f64>,
    low: Option<f64>,
    close: f64,
    volume: Option<f64>,
    /// The publication that wrote it.
    version: i64,
}

#[derive(Deserialize)]
struct SplitRow {
    ticker: String,
    ex_day: i32,
    ratio: f64,
}

#[derive(Deserialize)]
struct ActionRow {
    ex_day: i32,
    ticker: String,
    value: f64,
}

fn by_ticker(rows: &super::Rows) -> Result<HashMap<String, Vec<Action>>, StoreError> {
    let mut splits: HashMap<String, Vec<Action>> = HashMap::new();
    for row in rows.decode::<SplitRow>()? {
        let split = Action::Split { ex_day: Day::from_number(row.ex_day), ratio: row.ratio };
        splits.entry(row.ticker).or_default().push(split);
    }
    Ok(splits)
}

impl D1Reference<'_> {
    /// Every bar of a session, by ticker; with `restated_by` restated for the splits after it up to that day. Each begins at `t`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn session(
        &self,
        day: Day,
        t: UnixMillis,
        restated_by: Option<Day>,
    ) -> Result<SessionFound, StoreError> {
        let mut statements =
            vec![data_versions::select(&SCOPES), Statement::new(sql!("reference/grouped_daily")).bind(day)];
        if let Some(until) = restated_by {
            statements.push(Statement::new(sql!("reference/splits_after")).bind(day).bind(until));
        }
        let answers = self.0.batch(statements).await?;
        let splits = answers.get(2).map(by_ticker).transpose()?.unwrap_or_default();
        let rows: Vec<DayRow> = answers[1].decode()?;
        let publications: BTreeSet<i64> = rows.iter().map(|row| row.version).collect();
        let bars = rows.into_iter().map(|row| {
            let DayRow { ticker, open, high, low, close, volume, .. } = row;
            let bar = Bar { t, day, open, high, low, close, volume, vwap: None, trades: None, extended: false };
            let factors = splits.get(&ticker).zip(restated_by);
            let restated = factors.map(|(actions, until)| Factors::new(actions, until).applied(bar.clone()));
            (ticker, restated.unwrap_or(bar))
        });
        let (bars, versions) = (bars.collect(), data_versions::decode(&answers[0], &SCOPES)?);
        Ok(SessionFound { bars, versions, sources: self.sources_of(&publications).await? })
    }

    /// The splits after a day up to another, by ticker.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn splits_after(&self, day: Day, until: Day) -> Result<HashMap<String, Vec<Action>>, StoreError> {
        by_ticker(&self.0.run(Statement::new(sql!("reference/splits_after")).bind(day).bind(until)).await?)
    }

    async fn sources_of(&self, publications: &BTreeSet<i64>) -> Result<Vec<String>, StoreError> {
        if publications.is_empty() {
            return Ok(Vec::new());
        }
        let list = serde_json::json!(publications).to_string();
        let rows = self.0.run(Statement::new(sql!("bars/sources_of")).bind(list)).await?;
        Ok(rows.decode::<SourceRow>()?.into_iter().map(|row| row.source).collect())
    }

    /// Securities as of a day, by ticker, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn securities(
        &self,
        filter: &SecurityFilter,
        day: Day,
        limit: usize,
    ) -> Result<(Vec<ListedSecurity>, Versions), StoreError> {
        let order = if filter.descending { "desc" } else { "asc" };
        let sql = sql!("reference/tickers").replace("{order}", order);
        let texts = [
            &filter.ticker,
            &filter.above,
            &filter.at_least,
            &filter.below,
            &filter.at_most,
            &filter.kind,
            &filter.issuer,
            &filter.exchange,
            &filter.part,
        ];
        let statement = texts.into_iter().fold(Statement::new(sql), |statement, text| statement.bind(text.as_deref()));
        let statement = statement.bind(day).bind(filter.active).bind(limit);
        let answers = self.0.batch(vec![data_versions::select(&SCOPES), statement]).await?;
        Ok((answers[1].decode()?, data_versions::decode(&answers[0], &SCOPES)?))
    }

    /// What is known of one security on a day.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn security(
        &self,
        ticker: &str,
        day: Day,
    ) -> Result<(Option<ListedSecurity>, Versions), StoreError> {
        let found = self.security_called(ticker, day).await?;
        if found.0.is_some() {
            return Ok(found);
        }
        match D1Securities(self.0).borne_now(ticker).await? {
            Some(now) => self.security_called(&now, day).await,
            None => Ok(found),
        }
    }

    async fn security_called(&self, ticker: &str, day: Day) -> Result<(Option<ListedSecurity>, Versions), StoreError> {
        let details = Statement::new(sql!("reference/details")).bind(ticker).bind(day);
        let answers = self.0.batch(vec![data_versions::select(&SCOPES), details]).await?;
        Ok((answers[1].first()?, data_versions::decode(&answers[0], &SCOPES)?))
    }

    /// What a security is and was called, the latest first; nothing for a symbol that is not known.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn names(&self, ticker: &str) -> Result<(Vec<Named>, Versions), StoreError> {
        let names = |ticker: &str| Statement::new(sql!("reference/names")).bind(ticker);
        let mut answers = self.0.batch(vec![data_versions::select(&SCOPES), names(ticker)]).await?;
        if answers[1].first::<Named>()?.is_none()
            && let Some(now) = D1Securities(self.0).borne_now(ticker).await?
        {
            answers = self.0.batch(vec![data_versions::select(&SCOPES), names(&now)]).await?;
        }
        Ok((answers[1].decode()?, data_versions::decode(&answers[0], &SCOPES)?))
    }

    /// Splits or dividends, by day and ticker, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn actions(
        &self,
        kind: ActionKind,
        filter: &ActionFilter,
        limit: usize,
    ) -> Result<(Vec<ActionOfDay>, Versions), StoreError> {
        let found = self.actions_of(kind, filter, limit).await?;
        let Some(ticker) = filter.ticker.as_deref().filter(|_| found.0.is_empty()) else { return Ok(found) };
        match D1Securities(self.0).borne_now(ticker).await? {
            Some(now) => self.actions_of(kind, &ActionFilter { ticker: Some(now), ..filter.clone() }, limit).await,
            None => Ok(found),
        }
    }

    async fn actions_of(
        &self,
        kind: ActionKind,
        filter: &ActionFilter,
        limit: usize,
    ) -> Result<(Vec<ActionOfDay>, Versions), StoreError> {
        let (table, value) = match kind {
            ActionKind::Splits => ("splits", "ratio"),
            ActionKind::Dividends => ("dividends", "amount"),
        };
        let (order, after) = if filter.descending { ("desc", "<") } else { ("asc", ">") };
        let sql = sql!("reference/actions")
            .replace("{table}", table)
            .replace("{value}", value)
            .replace("{after}", after)
            .replace("{order}", order);
        let (after_day, after_ticker) = filter.after.clone().unzip();
        let which = filter.reverse.map_or(0, |reverse| if reverse { 1 } else { 2 });
        let statement = Statement::new(sql)
            .bind(filter.ticker.as_deref())
            .bind(filter.first)
            .bind(filter.last)
            .bind(after_day)
            .bind(after_ticker.map_or(Param::Null, Param::Text))
            .bind(which)
            .bind(limit);
        let answers = self.0.batch(vec![data_versions::select(&SCOPES), statement]).await?;
        let rows = answers[1].decode::<ActionRow>()?.into_iter().map(|row| ActionOfDay {
            ex_day: Day::from_number(row.ex_day),
            ticker: row.ticker,
            value: row.value,
        });
        Ok((rows.collect(), data_versions::decode(&answers[0], &SCOPES)?))
    }
}

//! Reading what is not a series: a session of the whole market, securities, splits and dividends.

use std::collections::HashMap;

use domain::bars::{Action, Bar, Factors};
use domain::ports::StoreError;
use domain::units::{Day, UnixMillis};
use serde::Deserialize;

use super::data_versions::{self, Versions};
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

/// A split's ratio or a dividend's amount.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ActionOfDay {
    pub(crate) ex_day: Day,
    pub(crate) ticker: String,
    pub(crate) value: f64,
}

#[derive(Deserialize)]
struct DayRow {
    security_id: i64,
    ticker: String,
    open: Option<f64>,
    high: Option<f64>,
    low: Option<f64>,
    close: f64,
    volume: Option<f64>,
}

#[derive(Deserialize)]
struct SplitRow {
    security_id: i64,
    ex_day: i32,
    ratio: f64,
}

#[derive(Deserialize)]
struct ActionRow {
    ex_day: i32,
    ticker: String,
    value: f64,
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
    ) -> Result<(Vec<(String, Bar)>, Versions), StoreError> {
        let mut statements =
            vec![data_versions::select(&SCOPES), Statement::new(sql!("reference/grouped_daily")).bind(day)];
        if let Some(until) = restated_by {
            statements.push(Statement::new(sql!("reference/splits_after")).bind(day).bind(until));
        }
        let answers = self.0.batch(statements).await?;
        let mut splits: HashMap<i64, Vec<Action>> = HashMap::new();
        for row in answers.get(2).map(super::Rows::decode::<SplitRow>).transpose()?.unwrap_or_default() {
            let split = Action::Split { ex_day: Day::from_number(row.ex_day), ratio: row.ratio };
            splits.entry(row.security_id).or_default().push(split);
        }
        let bars = answers[1].decode::<DayRow>()?.into_iter().map(|row| {
            let DayRow { security_id, ticker, open, high, low, close, volume } = row;
            let bar = Bar { t, day, open, high, low, close, volume, vwap: None, trades: None, extended: false };
            let factors = splits.get(&security_id).zip(restated_by);
            (ticker, factors.map_or(bar.clone(), |(actions, until)| Factors::new(actions, until).applied(bar)))
        });
        Ok((bars.collect(), data_versions::decode(&answers[0], &SCOPES)?))
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
        let details = Statement::new(sql!("reference/details")).bind(ticker).bind(day);
        let answers = self.0.batch(vec![data_versions::select(&SCOPES), details]).await?;
        Ok((answers[1].first()?, data_versions::decode(&answers[0], &SCOPES)?))
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

//! `GET /v3/reference/splits` and `GET /v3/reference/dividends`.

use domain::api::{DividendPage, Provenance, ReferenceDividend, ReferenceSplit, SplitPage};
use domain::bars::as_fraction;
use domain::units::{Day, Ticker};
use serde::Serialize;

use super::asked::Mode;
use super::fetched::Means;
use super::fetched_reference::{Brought, From, days};
use super::{answer_id, computed, descending, flag, link, query, today, uncached};
use crate::error::Problem;
use crate::jobs::fetch_reference::{Rows, Wanted};
use crate::routes::cached::cached;
use crate::routes::query::Query;
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::reference::{ActionFilter, ActionKind, ActionOfDay, D1Reference, SCOPES};

const MOST_ROWS: i64 = 1_000;
const DEFAULT_ROWS: i64 = 10;

/// One list: its path, what its day is called, and its parameters.
struct List {
    kind: ActionKind,
    path: &'static str,
    day: &'static str,
    /// The day itself, then gt, gte, lt and lte of it.
    bounds: [&'static str; 5],
    parameters: &'static [&'static str],
}

const SPLITS: List = List {
    kind: ActionKind::Splits,
    path: "/v3/reference/splits",
    day: "execution_date",
    bounds: ["execution_date", "execution_date.gt", "execution_date.gte", "execution_date.lt", "execution_date.lte"],
    parameters: &[
        "ticker",
        "execution_date",
        "execution_date.gt",
        "execution_date.gte",
        "execution_date.lt",
        "execution_date.lte",
        "reverse_split",
        "order",
        "limit",
        "sort",
        "cursor",
        "mode",
        "provider",
    ],
};

const DIVIDENDS: List = List {
    kind: ActionKind::Dividends,
    path: "/v3/reference/dividends",
    day: "ex_dividend_date",
    bounds: [
        "ex_dividend_date",
        "ex_dividend_date.gt",
        "ex_dividend_date.gte",
        "ex_dividend_date.lt",
        "ex_dividend_date.lte",
    ],
    parameters: &[
        "ticker",
        "ex_dividend_date",
        "ex_dividend_date.gt",
        "ex_dividend_date.gte",
        "ex_dividend_date.lt",
        "ex_dividend_date.lte",
        "order",
        "limit",
        "sort",
        "cursor",
        "mode",
        "provider",
    ],
};

/// Answers a page of splits, the latest first unless asked otherwise.
pub(in crate::routes) async fn splits(call: &Call) -> Answer {
    answer(call, &SPLITS, |rows, request_id, next_url, provenance| {
        let split = |row: ActionOfDay| {
            let (split_to, split_from) = as_fraction(row.value);
            let execution_date = row.ex_day.to_string();
            ReferenceSplit { id: id_of(&row), execution_date, split_from, split_to, ticker: row.ticker }
        };
        SplitPage::new(rows.into_iter().map(split).collect(), request_id, next_url, provenance)
    })
    .await
}

/// Answers a page of cash dividends, the latest first unless asked otherwise.
pub(in crate::routes) async fn dividends(call: &Call) -> Answer {
    answer(call, &DIVIDENDS, |rows, request_id, next_url, provenance| {
        let dividend = |row: ActionOfDay| ReferenceDividend {
            id: id_of(&row),
            cash_amount: row.value,
            currency: "USD".to_owned(),
            dividend_type: "CD".to_owned(),
            ex_dividend_date: row.ex_day.to_string(),
            ticker: row.ticker,
        };
        DividendPage::new(rows.into_iter().map(dividend).collect(), request_id, next_url, provenance)
    })
    .await
}

async fn answer<T: Serialize>(
    call: &Call,
    list: &List,
    page: impl FnOnce(Vec<ActionOfDay>, String, Option<String>, Provenance) -> T,
) -> Answer {
    let query = query(call, list.parameters)?;
    let limit = query.integer("limit", 1, MOST_ROWS)?.unwrap_or(DEFAULT_ROWS);
    let limit = usize::try_from(limit).unwrap_or(1);
    query.choice("sort", &[(list.day, ())])?;
    let filter = filter_of(&query, list)?;
    let from = From::read(&query)?;
    let paged = |mut rows: Vec<ActionOfDay>, id: String, provenance: Provenance| {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_url = rows.last().filter(|_| more).map(|last| {
            let cursor = format!("{}:{}", last.ex_day, last.ticker);
            link(call, list.path, &query, &[("cursor", &cursor)], list.parameters)
        });
        page(rows, id, next_url, provenance)
    };
    if from.mode != Mode::Stored {
        let means = Means::of(call)?;
        let range = days(list.day, filter.first, filter.last, today(call.now))?;
        let wanted = match list.kind {
            ActionKind::Splits => Wanted::Splits(range),
            ActionKind::Dividends => Wanted::Dividends(range),
        };
        let Brought { rows, version, provenance, problem } = from.bring(&means, wanted).await?;
        let rows = match rows {
            Some(rows) => within(rows, &filter, limit + 1),
            None => D1Reference(means.db).actions(list.kind, &filter, limit + 1).await?.0,
        };
        if let Some(problem) = problem.filter(|_| rows.is_empty()) {
            return Err(problem);
        }
        return uncached(&paged(rows, format!("fetched-{}", call.now.0), provenance), version);
    }
    let key = format!("{filter:?}&{limit}&{}", call.origin());
    cached(call, &SCOPES, &key, async |db| {
        let (rows, versions) = D1Reference(db).actions(list.kind, &filter, limit + 1).await?;
        computed(versions, &paged(rows, answer_id(call, &key), Provenance::default()))
    })
    .await
}

/// The delivered rows that a page holds, as the database would answer them.
fn within(rows: Rows, filter: &ActionFilter, limit: usize) -> Vec<ActionOfDay> {
    let mut found: Vec<ActionOfDay> = match rows {
        Rows::Splits(rows) => rows.into_iter().map(|row| of_day(row.ex_day, &row.ticker, row.ratio)).collect(),
        Rows::Dividends(rows) => rows.into_iter().map(|row| of_day(row.ex_day, &row.ticker, row.amount)).collect(),
        Rows::Session(..) | Rows::Securities(_) => Vec::new(),
    };
    let key = |row: &ActionOfDay| (row.ex_day, row.ticker.clone());
    found.retain(|row| filter.ticker.as_ref().is_none_or(|ticker| *ticker == row.ticker));
    found.retain(|row| filter.reverse.is_none_or(|reverse| reverse == (row.value < 1.0)));
    found.retain(|row| {
        let after = filter.after.as_ref();
        after.is_none_or(|after| if filter.descending { key(row) < *after } else { key(row) > *after })
    });
    found.sort_by_key(key);
    if filter.descending {
        found.reverse();
    }
    found.truncate(limit);
    found
}

fn of_day(ex_day: Day, ticker: &Ticker, value: f64) -> ActionOfDay {
    ActionOfDay { ex_day, ticker: ticker.to_string(), value }
}

fn filter_of(query: &Query, list: &List) -> Result<ActionFilter, Problem> {
    let [exact, above, at_least, below, at_most] = list.bounds;
    let exact = query.day(exact)?;
    let lower = [exact, query.day(above)?.map(|day| day.plus(1)), query.day(at_least)?];
    let upper = [exact, query.day(below)?.map(|day| day.plus(-1)), query.day(at_most)?];
    let reverse = if list.kind == ActionKind::Splits { flag(query, "reverse_split")? } else { None };
    Ok(ActionFilter {
        ticker: query.text("ticker").map(str::to_owned),
        first: lower.into_iter().flatten().max().unwrap_or(Day::from_number(i32::MIN)),
        last: upper.into_iter().flatten().min().unwrap_or(Day::from_number(i32::MAX)),
        after: query.text("cursor").map(cursor).transpose()?,
        reverse,
        descending: descending(query, "order", true)?,
    })
}

fn cursor(text: &str) -> Result<(Day, String), Problem> {
    let parts = text.split_once(':').and_then(|(day, ticker)| Some((day.parse().ok()?, ticker.to_owned())));
    parts.ok_or_else(|| Problem::malformed_parameter("cursor", text, "expected a cursor as next_url gave it"))
}

fn id_of(row: &ActionOfDay) -> String {
    crate::stores::sha256_hex(format!("{}:{}", row.ticker, row.ex_day))[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_narrow_each_other() {
        let filter = |raw: &str| filter_of(&Query::parse(raw, SPLITS.parameters).unwrap(), &SPLITS).unwrap();
        let found = filter("execution_date.gt=2024-06-07&execution_date.gte=2024-06-01&execution_date.lt=2024-06-12");
        assert_eq!((found.first.to_string(), found.last.to_string()), ("2024-06-08".into(), "2024-06-11".into()));
        let found = filter("execution_date=2024-06-10&cursor=2024-06-10:NVDA&reverse_split=false");
        assert_eq!((found.first, found.last, found.reverse), (found.last, found.first, Some(false)));
        assert_eq!(found.after.unwrap().1, "NVDA");
        assert!(cursor("NVDA").is_err() && cursor("2024-02-30:NVDA").is_err());
    }
}

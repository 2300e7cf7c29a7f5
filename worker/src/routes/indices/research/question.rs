//! A what-if question: read from whatever form it comes in, and checked.

use domain::api::WhatIf;
use domain::index::{IndexDefinition, Rebalance, Weighting};
use domain::units::{Ticker, UnixMillis};

use super::super::check_range;
use super::super::performance::Wanted;
use super::holdings::{self, Dated};
use crate::error::{Problem, field_error};
use crate::routes::request::Call;

/// Most bytes of an upload of holdings.
const FILE_LIMIT_BYTES: u64 = 1 << 20;

/// Pins and exclusions of one question.
const MOST_TICKERS: usize = 200;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What is asked, checked.
pub(super) struct Asked {
    pub(super) slug: String,
    pub(super) wanted: Wanted,
    pub(super) pinned: Vec<Ticker>,
    pub(super) excluded: Vec<Ticker>,
    pub(super) top_n: Option<u32>,
    pub(super) weighting: Option<Weighting>,
    pub(super) cap_limit: Option<f64>,
    pub(super) rebalance: Option<Rebalance>,
    pub(super) holdings: Option<Dated>,
}

/// Reads a question from a JSON body, or from dated holdings as CSV or as a workbook; then the index and, where they are known here, the dates
/// are query parameters (`of_file`). With either body there may be those `of_both`.
///
/// # Errors
/// 400, 413, 415 or 422 by what is wrong with the body.
pub(super) async fn read_question(call: &Call, of_file: &[&str], of_both: &[&str]) -> Result<WhatIf, Problem> {
    let read: fn(&[u8]) -> Result<Vec<domain::api::DatedHolding>, Problem> = match call.content_type().as_deref() {
        Some("text/csv") => holdings::from_csv,
        Some(XLSX) => holdings::from_xlsx,
        _ => {
            call.query(of_both)?;
            return call.json().await;
        }
    };
    let query = call.query(&[of_file, of_both].concat())?;
    Ok(WhatIf {
        index: query.text("index").map(str::to_owned),
        start_date: query.day("start_date")?,
        end_date: query.day("end_date")?,
        holdings: Some(read(&call.bytes(FILE_LIMIT_BYTES).await?)?),
        ..WhatIf::default()
    })
}

/// Checks a question; `may_be_plain`: the index as it is is one too.
///
/// # Errors
/// 422 naming every field that breaks a rule.
pub(super) fn checked(request: WhatIf, now: UnixMillis, may_be_plain: bool) -> Result<Asked, Problem> {
    check_range(request.start_date, request.end_date, now)?;
    let mut errors = Vec::new();
    let mut tickers = |field: &str, list: Option<Vec<String>>| {
        let list = list.unwrap_or_default();
        if list.len() > MOST_TICKERS {
            errors.push(field_error(field, None, format!("at most {MOST_TICKERS} tickers")));
        }
        let mut read = Vec::new();
        for text in list.iter().take(MOST_TICKERS) {
            match text.parse::<Ticker>() {
                Ok(ticker) => read.push(ticker),
                Err(error) => errors.push(field_error(field, Some(text), error.to_string())),
            }
        }
        read
    };
    let (pinned, excluded) = (tickers("pin", request.pin), tickers("exclude", request.exclude));
    if let Some(both) = pinned.iter().find(|pin| excluded.contains(pin)) {
        errors.push(field_error("pin", Some(both.as_str()), "not excluded at the same time"));
    }
    if let Some(top_n) = request.top_n.filter(|top_n| !(1..=1000).contains(top_n)) {
        errors.push(field_error("top_n", Some(&top_n.to_string()), "a whole number from 1 to 1000"));
    }
    if let Some(limit) = request.cap_limit.filter(|limit| !(*limit > 0.0 && *limit <= 1.0)) {
        errors.push(field_error("cap_limit", Some(&limit.to_string()), "a number above 0 and up to 1"));
    }
    let weighting = request.weighting.as_deref().map(|name| (name, Weighting::from_name(name)));
    if let Some((name, None)) = weighting {
        errors.push(field_error("weighting", Some(name), format!("one of {}", Weighting::NAMES.join(", "))));
    }
    let rebalance = request.rebalance.as_deref().map(|name| (name, Rebalance::from_name(name)));
    if let Some((name, None)) = rebalance {
        errors.push(field_error("rebalance", Some(name), format!("one of {}", Rebalance::NAMES.join(", "))));
    }
    let changes = !pinned.is_empty()
        || !excluded.is_empty()
        || request.top_n.is_some()
        || weighting.is_some()
        || rebalance.is_some()
        || request.cap_limit.is_some();
    match (&request.holdings, changes) {
        (Some(_), true) => errors.push(field_error("holdings", None, "absent where anything of the index is changed")),
        (None, false) if !may_be_plain => errors.push(field_error("body", None, "a change of the index, or holdings")),
        _ => {}
    }
    if !errors.is_empty() {
        errors.truncate(20);
        return Err(Problem::invalid_fields(errors));
    }
    Ok(Asked {
        slug: request.index.unwrap_or_else(|| IndexDefinition::default().slug()),
        wanted: Wanted { start: request.start_date, end: request.end_date, bridge: true, benchmark: None },
        pinned,
        excluded,
        top_n: request.top_n,
        weighting: weighting.and_then(|(_, weighting)| weighting),
        cap_limit: request.cap_limit,
        rebalance: rebalance.and_then(|(_, rebalance)| rebalance),
        holdings: request.holdings.as_deref().map(holdings::dated).transpose()?,
    })
}

/// What is changed, in words; nothing where it is the index as it is.
pub(super) fn in_words(asked: &Asked) -> Vec<String> {
    let list = |tickers: &[Ticker]| tickers.iter().map(Ticker::as_str).collect::<Vec<_>>().join(", ");
    let mut words = Vec::new();
    if let Some(dated) = &asked.holdings {
        words.push(format!("own holdings, set on {} dates", dated.len()));
    }
    if !asked.pinned.is_empty() {
        words.push(format!("pinned: {}", list(&asked.pinned)));
    }
    if !asked.excluded.is_empty() {
        words.push(format!("excluded: {}", list(&asked.excluded)));
    }
    words.extend(asked.top_n.map(|top_n| format!("{top_n} members")));
    words.extend(asked.weighting.map(|weighting| format!("weighting {}", weighting.name())));
    words.extend(asked.cap_limit.map(|limit| format!("no weight above {limit}")));
    words.extend(asked.rebalance.map(|rebalance| format!("rebalanced {}", rebalance.name())));
    words
}

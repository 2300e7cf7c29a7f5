//! From a body to a run: what is asked for is checked before anything is stored.

use domain::calendar::previous_session;
use domain::options::strategy::{FieldProblem, Strategy, StrategyError};
use domain::ports::ChainCatalogue;
use domain::units::{Day, DayRange, Ticker};
use serde_json::Value;

use super::super::request::Call;
use crate::callbacks::check_address;
use crate::error::{Problem, echo_message, field_error};
use crate::jobs::backtest::range_of;
use crate::stores::d1::backtests::{Added, Asked, D1Backtests, NewBacktest};
use crate::stores::d1::chains::D1Chains;
use crate::stores::sha256_hex;

/// Runs of one owner that may be queued or running at once.
pub(super) const MOST_OPEN: u64 = 500;
const LONGEST_KEY: usize = 200;
/// Sessions named where a range holds none.
const NAMED_SESSIONS: usize = 2;

/// Checks a strategy and adds its run, unless the same request has added one before.
pub(super) async fn add(call: &Call, body: Value) -> Result<Added, Problem> {
    let hash = sha256_hex(body.to_string());
    let key = idempotency_key(call)?;
    let run = checked(call, body)?;
    let store = D1Backtests(call.db()?);
    check_data(call, std::slice::from_ref(&run)).await?;
    if store.open_of(call.principal.owner()).await? >= MOST_OPEN {
        return Err(too_many());
    }
    let asked = Asked { owner: call.principal.owner(), key: key.as_deref(), hash: &hash };
    Ok(store.add(asked, &run.new, call.now).await?)
}

pub(super) fn too_many() -> Problem {
    Problem::conflict("too_many_runs", format!("expected at most {MOST_OPEN} runs that are queued or running"))
}

/// What makes a repeated request harmless.
pub(super) fn idempotency_key(call: &Call) -> Result<Option<String>, Problem> {
    let key = call.header("idempotency-key").map(|key| key.trim().to_owned());
    match key {
        Some(key) if key.is_empty() || key.len() > LONGEST_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            let rule = format!("1 to {LONGEST_KEY} visible ASCII characters");
            Err(Problem::impossible("idempotency-key", &key, rule))
        }
        key => Ok(key),
    }
}

/// A run that is well-formed.
pub(super) struct Checked {
    pub(super) new: NewBacktest,
    underlying: Ticker,
    range: DayRange,
}

/// Takes a body apart: a strategy, and where its end is told.
pub(super) fn checked(call: &Call, mut body: Value) -> Result<Checked, Problem> {
    let mut take = |name: &str| match body.as_object_mut().and_then(|body| body.remove(name)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(Problem::impossible(name, &other.to_string(), "a text")),
    };
    let callback = match (take("callback_url")?, take("callback_secret")?) {
        (None, None) => None,
        (Some(url), Some(secret)) => {
            let rule = check_address(&url, call.config.webhook_test_loopback);
            rule.map_err(|rule| Problem::impossible("callback_url", &url, rule))?;
            if !(16..=200).contains(&secret.len()) {
                let rule = "a secret of 16 to 200 characters, which signs the callback";
                return Err(Problem::invalid_fields(vec![field_error("callback_secret", None, rule)]));
            }
            Some((url, secret))
        }
        (url, _) => {
            let missing = if url.is_some() { "callback_secret" } else { "callback_url" };
            let rule = "callback_url and callback_secret come together";
            return Err(Problem::invalid_fields(vec![field_error(missing, None, rule)]));
        }
    };
    let strategy = Strategy::from_value(&body).map_err(|error| refused(&error))?;
    let underlying: Ticker = strategy.underlying.parse().map_err(Problem::internal)?;
    let range =
        range_of(&strategy).ok_or_else(|| Problem::impossible("end_date", "", "a date not before start_date"))?;
    for (name, day) in [("start_date", strategy.start_date), ("end_date", strategy.end_date)] {
        if let Some(day) = day.filter(|day| *day > today(call)) {
            return Err(Problem::impossible(name, &day.to_string(), "a date that is not in the future"));
        }
    }
    let new = NewBacktest {
        strategy: strategy.to_json(),
        name: strategy.name.clone(),
        underlying: underlying.to_string(),
        tags: strategy.tags.clone(),
        varied: None,
        callback,
    };
    Ok(Checked { new, underlying, range })
}

/// The civil day in UTC, which is never behind the exchange's.
fn today(call: &Call) -> Day {
    Day::from_number(i32::try_from(call.now.0.div_euclid(86_400_000)).unwrap_or(i32::MAX))
}

/// Sees that every run finds chains in its range.
pub(super) async fn check_data(call: &Call, runs: &[Checked]) -> Result<(), Problem> {
    let catalogue = D1Chains(call.db()?);
    let mut seen: Vec<(&Ticker, DayRange)> = Vec::new();
    for run in runs {
        let asked = (&run.underlying, run.range);
        if seen.contains(&asked) {
            continue;
        }
        let months = catalogue.months(&run.underlying, run.range).await?;
        let mut days = months.iter().flat_map(|month| &month.object.sessions).map(|session| session.day);
        if !days.any(|day| run.range.contains(day)) {
            return Err(no_chains(&catalogue, run).await?);
        }
        seen.push(asked);
    }
    Ok(())
}

async fn no_chains(catalogue: &D1Chains<'_>, run: &Checked) -> Result<Problem, Problem> {
    let Checked { underlying, range, .. } = run;
    let months = catalogue.months(underlying, DayRange::ALL).await?;
    let days: Vec<Day> = months.iter().flat_map(|month| &month.object.sessions).map(|session| session.day).collect();
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(Problem::no_data(format!("no option chain of {underlying} is held"), Vec::new()));
    };
    let after = days.partition_point(|day| *day < range.first());
    let near = days.iter().skip(after.saturating_sub(1)).take(NAMED_SESSIONS).copied().collect();
    let asked = if range.first() == range.last() {
        format!("on {}", range.first())
    } else {
        let last = previous_session(range.last().plus(1)).unwrap_or(range.last());
        format!("from {} to {last}", range.first())
    };
    Ok(Problem::no_data(format!("no chain of {underlying} is held {asked}; held are {first} to {last}"), near))
}

/// A strategy's faults as a problem.
pub(super) fn refused(error: &StrategyError) -> Problem {
    let field = |problem: &FieldProblem| {
        let name = if problem.field.is_empty() { "body" } else { &problem.field };
        let value = Some(problem.value.as_str()).filter(|value| !value.is_empty());
        field_error(name, value, echo_message(&problem.rule))
    };
    match error.problems() {
        [] => Problem::malformed_json(echo_message(&error.to_string())),
        problems => Problem::invalid_fields(problems.iter().map(field).collect()),
    }
}

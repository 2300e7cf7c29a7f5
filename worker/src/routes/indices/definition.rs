//! Reading an index definition from what a client sends.

use domain::api::{BuildIndex, IndexSummary};
use domain::index::{IndexDefinition, Rebalance, ReturnType, ShareClasses, Weighting};
use domain::research::Policy;
use domain::units::{DayRange, Ticker};

use crate::error::{Problem, field_error};
use crate::routes::query::Query;
use crate::stores::d1::indices::IndexRow;

/// The query parameters of a build.
pub(super) const PARAMETERS: [&str; 11] = [
    "start_date",
    "end_date",
    "top_n",
    "weighting",
    "rebalance",
    "return_type",
    "share_classes",
    "buffer",
    "universe",
    "gaps",
    "quality",
];

/// The request that query parameters make.
pub(super) fn from_query(query: &Query) -> Result<BuildIndex, Problem> {
    let text = |name: &str| query.text(name).map(str::to_owned);
    let number = |name: &str| -> Result<Option<u32>, Problem> {
        Ok(query.integer(name, 0, i64::from(u32::MAX))?.and_then(|number| u32::try_from(number).ok()))
    };
    Ok(BuildIndex {
        start_date: query.day("start_date")?,
        end_date: query.day("end_date")?,
        top_n: number("top_n")?,
        weighting: text("weighting"),
        rebalance: text("rebalance"),
        return_type: text("return_type"),
        share_classes: text("share_classes"),
        buffer: number("buffer")?,
        universe: query.text("universe").map(|list| list.split(',').map(str::to_owned).collect()),
        gaps: text("gaps"),
        quality: text("quality"),
    })
}

/// The definition that a request makes.
pub(super) fn of_request(request: &BuildIndex) -> Result<IndexDefinition, Problem> {
    let mut errors = Vec::new();
    let mut named = |field: &str, value: Option<&String>, names: &[&str]| {
        if let Some(value) = value.filter(|value| !names.contains(&value.as_str())) {
            errors.push(field_error(field, Some(value), format!("one of {}", names.join(", "))));
        }
    };
    named("weighting", request.weighting.as_ref(), Weighting::NAMES);
    named("rebalance", request.rebalance.as_ref(), Rebalance::NAMES);
    named("return_type", request.return_type.as_ref(), ReturnType::NAMES);
    named("share_classes", request.share_classes.as_ref(), ShareClasses::NAMES);
    named("gaps", request.gaps.as_ref(), &["bridge"]);
    named("quality", request.quality.as_ref(), &Policy::NAMES);
    let mut bounded = |field: &str, value: Option<u32>, least: u32, most: u32| {
        if let Some(value) = value.filter(|value| !(least..=most).contains(value)) {
            let rule = format!("a whole number from {least} to {most}");
            errors.push(field_error(field, Some(&value.to_string()), rule));
        }
    };
    bounded("top_n", request.top_n, 1, 1000);
    bounded("buffer", request.buffer, 0, 1000);
    let mut universe = None;
    if let Some(list) = &request.universe {
        let mut tickers = Vec::with_capacity(list.len());
        for text in list {
            match text.parse::<Ticker>() {
                Ok(ticker) => tickers.push(ticker),
                Err(error) => errors.push(field_error("universe", Some(text), error.to_string())),
            }
        }
        universe = Some(tickers);
    }
    if !errors.is_empty() {
        errors.truncate(20);
        return Err(Problem::invalid_fields(errors));
    }
    let default = IndexDefinition::default();
    IndexDefinition {
        top_n: request.top_n.unwrap_or(default.top_n),
        weighting: Weighting::from_name(request.weighting.as_deref().unwrap_or_default()).unwrap_or_default(),
        rebalance: Rebalance::from_name(request.rebalance.as_deref().unwrap_or_default()).unwrap_or_default(),
        return_type: ReturnType::from_name(request.return_type.as_deref().unwrap_or_default()).unwrap_or_default(),
        share_classes: ShareClasses::from_name(request.share_classes.as_deref().unwrap_or_default())
            .unwrap_or_default(),
        buffer: request.buffer.unwrap_or(default.buffer),
        universe,
        repairs_caps: request.quality.as_deref() == Some(Policy::Repair.name()),
    }
    .validated()
    .map_err(|error| Problem::impossible("universe", "", error.to_string()))
}

/// An index as the API shows it.
pub(crate) fn summary(index: IndexRow) -> IndexSummary {
    let IndexRow { id: _, slug, definition, auto_build, built, sessions, outdated } = index;
    IndexSummary {
        slug,
        top_n: definition.top_n,
        weighting: definition.weighting.name().to_owned(),
        rebalance: definition.rebalance.name().to_owned(),
        return_type: definition.return_type.name().to_owned(),
        share_classes: definition.share_classes.name().to_owned(),
        buffer: definition.buffer,
        universe: definition.universe.map(|list| list.iter().map(ToString::to_string).collect()),
        repairs_caps: definition.repairs_caps,
        auto_build,
        first_session: built.map(DayRange::first),
        last_session: built.map(DayRange::last),
        sessions,
        outdated_sessions: outdated,
    }
}

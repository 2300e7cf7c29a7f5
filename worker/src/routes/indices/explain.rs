//! `GET /index-explain`: the member returns that average to a session's number.

use domain::api::{Explanation, MemberReturn, PriceSource, SessionQuality};
use domain::index::plan_build;
use domain::ports::IndexStore;
use domain::units::{Day, DayRange};

use super::format::optional;
use super::{find, not_built, read_session, slug_of};
use crate::error::Problem;
use crate::routes::cached::{Computed, cached};
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::D1;
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::indices::{D1IndexStore, ExplainedMember, IndexRow, SessionFindings, scopes};

/// How far the sum of the contributions may lie from the stored return, both fractions: rounding of 1 000 members.
const AGREEMENT: f64 = 1e-12;

/// The member returns of one session.
pub(in crate::routes) async fn explain(call: &Call) -> Answer {
    let query = call.query(&["date", "index"])?;
    let day = read_session(&query, call.now)?;
    let slug = slug_of(&query);
    let key = format!("{slug}&{}", optional(Some(day)));
    let scopes = scopes(&slug);
    cached(call, &scopes.each_ref().map(String::as_str), &key, async |db| {
        let index = find(db, &slug).await?;
        let (explanation, versions) = load(db, &index, day).await?;
        let body = serde_json::to_vec(&explanation).map_err(Problem::internal)?;
        Ok(Computed { versions, content_type: "application/json", disposition: None, body })
    })
    .await
}

/// Reads the member returns of a session.
pub(crate) async fn load(db: &D1, index: &IndexRow, day: Day) -> Result<(Explanation, Versions), Problem> {
    let store = D1IndexStore::new(db);
    let range = DayRange::new(day, day).ok_or_else(|| Problem::internal("a day is a range"))?;
    let built = store.sessions(index, Some(day), Some(day), None).await?;
    let stored = built.sessions.first().ok_or_else(|| not_built(index, day))?;
    let held = store.rankable_sessions(&index.definition, range).await?;
    let plan = plan_build(&index.definition, range, &held.days, true)
        .map_err(|error| Problem::conflict("inputs_gone", format!("{day} cannot be explained: {error}")))?;
    let previous_date = plan.sessions.iter().find(|session| session.kept).and_then(|session| session.previous);
    let members = store.explain(index, &plan).await?;
    let since = DayRange::new(previous_date.unwrap_or(day), day).ok_or_else(|| Problem::internal("days ascend"))?;
    let quality = |found: SessionFindings| SessionQuality {
        date: found.day,
        policy: found.policy,
        total: found.total,
        findings: found.findings,
    };
    let quality = store.findings(index, since).await?.into_iter().map(quality).collect();
    let sum: f64 = members.rows.iter().map(|member| member.contribution).sum();
    let outdated = stored.outdated == 1;
    let daily_return = stored.return_value;
    let explanation = Explanation {
        index: index.slug.clone(),
        date: day,
        previous_date,
        daily_return,
        sum_of_contributions: sum,
        agrees: outdated || stored.bridged_return.is_none_or(|value| (value - sum).abs() <= AGREEMENT),
        outdated,
        synthetic: built.synthetic,
        data_version: stored.data_version,
        method_version: stored.method_version,
        inputs_hash: stored.inputs_hash.clone(),
        quality,
        members: members.rows.into_iter().map(member_return).collect(),
    };
    Ok((explanation, members.versions))
}

fn member_return(row: ExplainedMember) -> MemberReturn {
    let source = |provider: Option<String>, version: Option<i64>| {
        version.map(|data_version| PriceSource { provider, data_version })
    };
    MemberReturn {
        rank: row.rank,
        ticker: row.ticker,
        name: row.name,
        sector: row.sector,
        weight: row.weight,
        price_before: row.price_before,
        price: row.price,
        split_ratio: row.split_ratio,
        split_implied: row.split_implied == Some(1),
        dividend: row.dividend,
        value: row.value,
        contribution: row.contribution,
        source_before: source(row.source_before, row.version_before),
        source: source(row.source, row.version),
    }
}

//! Research on an index; the same answers that the REST routes give.

use domain::api::{LookAheadCheck, WhatIf};
use serde_json::{Value as Json, json};

use super::indices::{dated, row_of_parent};
use super::{Asked, json as to_json, text_of};
use crate::error::Problem;
use crate::graphql::pages::Page;
use crate::routes::indices::{self as reads, Asker, Wanted, answers};
use crate::routes::query::Query;

/// The statistics page.
pub(super) async fn statistics(asked: Asked<'_>) -> Result<Json, Problem> {
    let (slug, wanted) = ranged(asked)?;
    let _turn = asked.sources.turns.next().await;
    to_json(&answers::statistics(&asked.sources.db, slug, &wanted, asked.arguments).await?)
}

/// What each member and sector added.
pub(super) async fn attribution(asked: Asked<'_>) -> Result<Json, Problem> {
    let (slug, wanted) = ranged(asked)?;
    let _turn = asked.sources.turns.next().await;
    to_json(&answers::attribution(&asked.sources.db, slug, &wanted).await?)
}

/// The orders of a rebalance, and what following costs.
pub(super) async fn trades(asked: Asked<'_>) -> Result<Json, Problem> {
    let (slug, wanted) = ranged(asked)?;
    let _turn = asked.sources.turns.next().await;
    to_json(&answers::trades(&asked.sources.db, slug, &wanted, asked.arguments).await?)
}

/// Beside a ticker or another index.
pub(super) async fn compare(asked: Asked<'_>) -> Result<Json, Problem> {
    let (slug, wanted) = ranged(asked)?;
    let _turn = asked.sources.turns.next().await;
    to_json(&answers::compare(&asked.sources.db, slug, &wanted, asked.arguments.text("against")).await?)
}

/// What is suspicious.
pub(super) async fn quality(asked: Asked<'_>) -> Result<Json, Problem> {
    let (slug, wanted) = ranged(asked)?;
    // Holes are findings here, not refusals.
    let wanted = Wanted { bridge: true, ..wanted };
    let _turn = asked.sources.turns.next().await;
    to_json(&answers::quality(&asked.sources.db, slug, &wanted, asked.arguments).await?)
}

/// How much each check found, and what it looks for.
pub(super) async fn counts(asked: Asked<'_>) -> Result<Json, Problem> {
    let counts = asked.parent["counts"].as_object().ok_or_else(|| Problem::internal("a quality has no counts"))?;
    let about = &asked.parent["checks"];
    let row = |(check, count): (&String, &Json)| json!({"check": check, "about": about[check], "count": count});
    Ok(counts.iter().map(row).collect())
}

/// Who would have been chosen from what was known.
pub(super) async fn membership(asked: Asked<'_>) -> Result<Json, Problem> {
    let day = reads::read_session(&dated(asked)?, asked.sources.now)?;
    let known_on = reads::read_known_on(asked.arguments, asked.sources.now)?;
    let index = row_of_parent(asked).await?;
    to_json(&reads::load_membership(&asked.sources.db, &index.slug, &index.definition, day, known_on).await?.0)
}

/// The index with something changed, beside the index as it is.
pub(super) async fn what_if(asked: Asked<'_>) -> Result<Json, Problem> {
    let arguments = asked.arguments;
    let (start_date, end_date) = reads::read_range(arguments, asked.sources.now)?;
    let list = |name: &str| arguments.text(name).map(|text| text.split(',').map(str::to_owned).collect());
    let question = WhatIf {
        index: Some(text_of(asked.parent, "slug")?.to_owned()),
        start_date,
        end_date,
        pin: list("pin"),
        exclude: list("exclude"),
        top_n: whole(arguments, "top_n", 1, 1000)?,
        weighting: arguments.text("weighting").map(str::to_owned),
        cap_limit: arguments.decimal("cap_limit", 0.0, 1.0)?,
        rebalance: arguments.text("rebalance").map(str::to_owned),
        holdings: None,
    };
    let _turn = asked.sources.turns.next().await;
    to_json(&answers::what_if(&asked.sources.db, question, arguments.text("holdings"), asked.sources.now).await?)
}

/// Whether anything of the future reaches the past.
pub(super) async fn look_ahead_check(asked: Asked<'_>) -> Result<Json, Problem> {
    let (start_date, end_date) = reads::read_range(asked.arguments, asked.sources.now)?;
    let samples = whole(asked.arguments, "samples", 1, 20)?;
    let check =
        LookAheadCheck { start_date, end_date, samples, seed: whole(asked.arguments, "seed", 0, (1 << 53) - 1)? };
    let _turn = asked.sources.turns.next().await;
    let slug = text_of(asked.parent, "slug")?;
    to_json(&answers::look_ahead(&asked.sources.db, slug, &check, asked.sources.now).await?)
}

/// The share counts of a ticker.
pub(super) async fn shares(asked: Asked<'_>) -> Result<Json, Problem> {
    let ticker = reads::read_ticker(asked.arguments)?;
    let known_on = reads::read_known_on(asked.arguments, asked.sources.now)?;
    to_json(&reads::load_shares(&asked.sources.db, &ticker, known_on).await?.0)
}

/// The caller's kept questions, by name.
pub(super) async fn definitions(asked: Asked<'_>) -> Result<Json, Problem> {
    let page = Page::of(asked.arguments, 1_000)?.or_size(100);
    let kept = reads::kept(&asked.sources.db, asked.sources.principal().owner(), asked.sources.now).await?;
    let items = kept.iter().map(to_json).collect::<Result<Vec<_>, _>>()?;
    Ok(page.of_whole(&items, |item| item["name"].as_str().unwrap_or_default().to_owned()))
}

/// One of them.
pub(super) async fn definition(asked: Asked<'_>) -> Result<Json, Problem> {
    let (owner, name) = (asked.sources.principal().owner(), asked.arguments.required("name")?);
    to_json(&reads::kept_as(&asked.sources.db, owner, name, asked.sources.now).await?)
}

/// Two of them, or of indices as they are, side by side.
pub(super) async fn compare_definitions(asked: Asked<'_>) -> Result<Json, Problem> {
    let (name, against) = (asked.arguments.required("name")?, asked.arguments.required("against")?);
    let range = reads::read_range(asked.arguments, asked.sources.now)?;
    let owner = asked.sources.principal().owner();
    let asker = Asker { db: &asked.sources.db, owner, now: asked.sources.now };
    let _turn = asked.sources.turns.next().await;
    to_json(&reads::load_definition_comparison(&asker, name, against, range).await?.0)
}

fn whole<T: TryFrom<i64>>(arguments: &Query, name: &str, least: i64, most: i64) -> Result<Option<T>, Problem> {
    Ok(arguments.integer(name, least, most)?.and_then(|number| T::try_from(number).ok()))
}

fn ranged(asked: Asked<'_>) -> Result<(&str, Wanted), Problem> {
    let (start, end) = reads::read_range(asked.arguments, asked.sources.now)?;
    let bridge = asked.arguments.choice("bridge", &[("true", true), ("false", false)])?.unwrap_or(false);
    let benchmark = reads::read_benchmark(asked.arguments)?;
    Ok((text_of(asked.parent, "slug")?, Wanted { start, end, bridge, benchmark }))
}

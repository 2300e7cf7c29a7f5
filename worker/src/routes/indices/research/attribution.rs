//! `GET /index-attribution`.

use domain::api::{Brinson, BrinsonOfSector, ContributionOfMember, ContributionOfSector, IndexAttribution};
use domain::research::{BrinsonEffect, brinson_fachler, contributions};

use super::super::format::{Csv, optional, text};
use super::super::performance::Wanted;
use super::super::{read_bridge, read_range, slug_of};
use super::{Form, Read, key_of, read};
use crate::routes::cached::cached;
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::indices::scopes;

/// How far the sum of the contributions may lie from the return of the range, both fractions.
const AGREEMENT: f64 = 1e-12;

/// What each member and each sector added, and the difference to the cap weight.
pub(in crate::routes) async fn attribution(call: &Call) -> Answer {
    let query = call.query(&["start_date", "end_date", "index", "gaps", "format"])?;
    let (start, end) = read_range(&query, call.now)?;
    let wanted = Wanted { start, end, bridge: read_bridge(&query)?, benchmark: None };
    let (slug, form) = (slug_of(&query), Form::of(&query)?);
    let key = format!("{}&{}", key_of(&slug, &wanted), form.name());
    let scopes = scopes(&slug);
    cached(call, &scopes.each_ref().map(String::as_str), &key, async |db| {
        let read = read(db, &slug, &wanted, 0).await?;
        let versions = read.studied.versions.clone();
        form.computed(&attributed(read), csv, versions, &format!("{slug}-attribution"))
    })
    .await
}

pub(super) fn attributed(read: Read) -> IndexAttribution {
    let (performance, studied) = (read.loaded.performance, read.studied);
    let study = &studied.study;
    let (members, sectors, sum) = contributions(&study.panel, &study.contributions());
    let period_return = performance.data.last().map_or(0.0, |point| point.cumulative_return);
    let (effects, difference) = brinson_fachler(&study.sectors_against_caps());
    let member = |of: domain::research::MemberContribution| {
        let line = &study.panel.lines[of.line];
        ContributionOfMember {
            ticker: line.ticker.clone(),
            name: studied.securities[of.line].name.clone(),
            sector: line.sector.clone(),
            sessions: of.sessions,
            mean_weight: of.mean_weight,
            own_return: of.own_return,
            contribution: of.contribution,
        }
    };
    let sector = |of: domain::research::SectorContribution| ContributionOfSector {
        sector: of.sector,
        members: of.members,
        mean_weight: of.mean_weight,
        contribution: of.contribution,
    };
    let effect = |of: BrinsonEffect| BrinsonOfSector {
        total: of.total(),
        sector: of.sector,
        mean_weight: of.mean_weight,
        mean_benchmark_weight: of.mean_benchmark_weight,
        allocation: of.allocation,
        selection: of.selection,
        interaction: of.interaction,
    };
    IndexAttribution {
        start_date: performance.start_date,
        end_date: performance.end_date,
        synthetic: performance.synthetic,
        period_return,
        sum_of_contributions: sum,
        agrees: performance.outdated || (sum - period_return).abs() <= AGREEMENT * (1.0 + period_return.abs()),
        members: members.into_iter().map(member).collect(),
        sectors: sectors.into_iter().map(sector).collect(),
        against_cap_weight: Brinson {
            value: sum,
            benchmark_return: sum - difference,
            difference,
            sectors: effects.into_iter().map(effect).collect(),
        },
        index: performance.index,
        warnings: performance.warnings,
    }
}

fn csv(answer: &IndexAttribution) -> Vec<u8> {
    let mut table = Csv::new(&["ticker", "name", "sector", "sessions", "mean_weight", "own_return", "contribution"]);
    for member in &answer.members {
        table.row(&[
            text(&member.ticker),
            optional(member.name.as_deref().map(text)),
            optional(member.sector.as_deref().map(text)),
            member.sessions.to_string(),
            member.mean_weight.to_string(),
            member.own_return.to_string(),
            member.contribution.to_string(),
        ]);
    }
    table.into_bytes()
}

//! `GET /index-attribution`.

use domain::api::{Brinson, BrinsonOfSector, ContributionOfMember, ContributionOfSector, IndexAttribution};
use domain::export::{Cell, NumberFormat};
use domain::research::{BrinsonEffect, brinson_fachler, contributions};
use domain::units::Day;

use super::super::format::Format;
use super::super::performance::Wanted;
use super::super::{read_bridge, read_range, slug_of};
use super::table::{Table, TableColumn, Tabular, computed, count, optional_text};
use super::{Read, key_of, read};
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
    let (slug, format) = (slug_of(&query), Format::of(call, &query)?);
    let key = format!("{}&{}", key_of(&slug, &wanted), format.name());
    let scopes = scopes(&slug);
    cached(call, &scopes.each_ref().map(String::as_str), &key, async |db| {
        let read = read(db, &slug, &wanted, 0).await?;
        let versions = read.studied.versions.clone();
        computed(format, &attributed(read), versions, &slug, "attribution")
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

const COLUMNS: &[TableColumn] = &[
    ("ticker", "Ticker", 10.0, NumberFormat::General),
    ("name", "Name", 34.0, NumberFormat::General),
    ("sector", "Sector", 26.0, NumberFormat::General),
    ("sessions", "Sessions", 11.0, NumberFormat::Whole),
    ("mean_weight", "Mean weight", 14.0, NumberFormat::Percent4),
    ("own_return", "Own return", 14.0, NumberFormat::Percent4),
    ("contribution", "Contribution", 15.0, NumberFormat::Percent4),
];

impl Tabular for IndexAttribution {
    fn about(&self) -> (&str, Day, bool, &[String]) {
        (&self.index, self.end_date, self.synthetic, &self.warnings)
    }

    fn table(&self) -> Table {
        let row = |member: &ContributionOfMember| {
            vec![
                Cell::text(member.ticker.clone()),
                optional_text(member.name.as_deref()),
                optional_text(member.sector.as_deref()),
                count(member.sessions),
                Cell::Number(member.mean_weight),
                Cell::Number(member.own_return),
                Cell::Number(member.contribution),
            ]
        };
        Table { name: "Contributions", columns: COLUMNS, rows: self.members.iter().map(row).collect() }
    }

    fn others(&self) -> Vec<Table> {
        super::further_tables::of_attribution(self)
    }
}

//! What each member and each sector added to the return of a period.

use std::collections::BTreeMap;

use crate::research::{Panel, count};
use crate::units::Day;

/// What one member added on one session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// The member's place in the panel.
    pub line: usize,
    /// Its weight before the session.
    pub weight: f64,
    /// Its return on the session.
    pub value: f64,
}

/// What one member added over the period.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberContribution {
    /// Its place in the panel.
    pub line: usize,
    /// Sessions on which it earned a return for the index.
    pub sessions: usize,
    /// Its weight, averaged over all sessions of the period; 0 where it was not a member.
    pub mean_weight: f64,
    /// Its own return over the sessions on which it was a member, compounded.
    pub own_return: f64,
    /// Its part of the period's return.
    pub contribution: f64,
}

/// What one sector added over the period.
#[derive(Clone, Debug, PartialEq)]
pub struct SectorContribution {
    /// The sector; `None` for members without one.
    pub sector: Option<String>,
    /// How many different members it had.
    pub members: usize,
    /// Its weight, averaged over all sessions.
    pub mean_weight: f64,
    /// Its part of the period's return.
    pub contribution: f64,
}

/// Links the contributions of single sessions to those of the period.
///
/// *Inputs*: each session after the first with what its members added; prices, for the sectors. *Returns*: members and sectors, both
/// by falling contribution, and the period's return, which either sums to.
///
/// *Method*: `docs/methods/attribution.md`. On session t member i adds w(i)·r(i) to r(t) = Σ w·r. The level grows by
/// Level(t−1)·r(t), so over the period i adds Σ over t of w(i)·r(i)·Level(t−1)/Level(0), and all together
/// Σ (Level(t) − Level(t−1))/Level(0) = Level(T)/Level(0) − 1, without a residual.
///
/// ```
/// use domain::research::{Contribution, Line, Panel, contributions};
/// let panel = Panel { lines: vec![Line::default(), Line::default()] };
/// let of = |line, weight, value| Contribution { line, weight, value };
/// let days = ["2024-01-03", "2024-01-04"].map(|text| text.parse().unwrap());
/// let sessions = [
///     (days[0], vec![of(0, 0.5, 0.5), of(1, 0.5, -0.5)]), // r = 0, level 1
///     (days[1], vec![of(0, 0.5, 0.5), of(1, 0.5, 0.25)]), // r = 0.375
/// ];
/// let (members, _, total) = contributions(&panel, &sessions);
/// assert_eq!((members[0].contribution, members[1].contribution, total), (0.5, -0.125, 0.375));
/// ```
#[must_use]
pub fn contributions(
    panel: &Panel,
    sessions: &[(Day, Vec<Contribution>)],
) -> (Vec<MemberContribution>, Vec<SectorContribution>, f64) {
    let mut members: BTreeMap<usize, MemberContribution> = BTreeMap::new();
    let mut level = 1.0;
    for (_, added) in sessions {
        let mut value = 0.0;
        for part in added {
            let member = members.entry(part.line).or_insert(MemberContribution {
                line: part.line,
                sessions: 0,
                mean_weight: 0.0,
                own_return: 0.0,
                contribution: 0.0,
            });
            value += part.weight * part.value;
            member.sessions += 1;
            member.mean_weight += part.weight / count(sessions.len());
            member.own_return = (1.0 + member.own_return) * (1.0 + part.value) - 1.0;
            member.contribution += part.weight * part.value * level;
        }
        level *= 1.0 + value;
    }
    let mut sectors: BTreeMap<Option<&str>, SectorContribution> = BTreeMap::new();
    for member in members.values() {
        let sector = panel.lines.get(member.line).and_then(|line| line.sector.as_deref());
        let of = sectors.entry(sector).or_insert_with(|| SectorContribution {
            sector: sector.map(str::to_owned),
            members: 0,
            mean_weight: 0.0,
            contribution: 0.0,
        });
        of.members += 1;
        of.mean_weight += member.mean_weight;
        of.contribution += member.contribution;
    }
    let mut members: Vec<MemberContribution> = members.into_values().collect();
    members.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
    let mut sectors: Vec<SectorContribution> = sectors.into_values().collect();
    sectors.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
    (members, sectors, level - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::Line;

    #[test]
    fn members_and_sectors_sum_to_the_return_of_the_period() {
        let sector = |at: usize| (!at.is_multiple_of(3)).then(|| format!("sector {}", at % 3));
        let lines = (0..50).map(|at| Line { sector: sector(at), ..Line::default() }).collect();
        let panel = Panel { lines };
        let wave = |t: usize, line: usize| 0.03 * (count(t * 7 + line * 13) * 0.37).sin();
        let sessions: Vec<(Day, Vec<Contribution>)> = (0..1258)
            .map(|t| {
                // Twenty members, which move on by one every month.
                let members = (0..20).map(|n| (n + t / 21) % 50);
                let part = |line| Contribution { line, weight: 0.05, value: wave(t, line) + 0.0004 };
                (Day::from_number(i32::try_from(t).unwrap()), members.map(part).collect())
            })
            .collect();
        let (members, sectors, total) = contributions(&panel, &sessions);
        let mean = |parts: &[Contribution]| parts.iter().map(|part| part.weight * part.value).sum::<f64>();
        let level: f64 = sessions.iter().map(|(_, parts)| 1.0 + mean(parts)).product();
        assert!((total - (level - 1.0)).abs() < 1e-12 && total.abs() > 0.1, "{total}");
        assert!((members.iter().map(|one| one.contribution).sum::<f64>() - total).abs() < 1e-12);
        assert!((sectors.iter().map(|one| one.contribution).sum::<f64>() - total).abs() < 1e-12);
        assert!((sectors.iter().map(|one| one.mean_weight).sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!((members.len(), sectors.len()), (50, 3));
    }
}

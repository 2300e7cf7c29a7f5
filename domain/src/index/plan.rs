//! Which sessions a build computes, and from which earlier ones each follows.

use crate::calendar::{Period, is_period_end, last_period_end, previous_session, sessions};
use crate::index::{IndexDefinition, LOOK_BACK_DAYS, REPAIR_DAYS};
use crate::units::{Day, DayRange};

/// One session of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedSession {
    /// The session.
    pub day: Day,
    /// The last held session before it, whose members earn its return; `None` where none is held, or where the index starts.
    pub previous: Option<Day>,
    /// Sessions of the calendar lie between `previous` and `day` for which no data is held.
    pub after_hole: bool,
    /// The session at whose close the members in place after this one were chosen: itself on a rebalance.
    pub in_force: Day,
    /// The first session any of whose values it depends on.
    pub base: Day,
    /// Stored, or only needed to compute the first stored one.
    pub kept: bool,
}

/// What a build computes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildPlan {
    /// The sessions, ascending; those that are only needed come first.
    pub sessions: Vec<PlannedSession>,
    /// Sessions of the calendar in the range for which no data is held.
    pub missing: Vec<Day>,
    /// Every session from the first held one at which members are chosen, ascending; only for an index with a buffer, whose
    /// members depend on all of them.
    pub chosen_since_start: Vec<Day>,
    /// The data of whoever can be chosen is looked at, and what is suspicious stored with each session.
    pub examines: bool,
}

/// Why a range cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// No session of the range holds data.
    #[error("no data is held for any session of the range")]
    NothingHeld,
    /// The members in place were chosen at sessions for which no data is held.
    #[error("the members in place at the start were chosen at sessions without data")]
    MissingRebalance(Vec<Day>),
}

/// Plans the build of a range.
///
/// *Inputs*: the range; `held`: every session with data up to the end of the range, ascending, from the first one held, and the
/// one after it where there is one; `bridge`: whether the last held session of a period stands for its missing last one.
/// *Returns*: the plan; its kept sessions are the held ones of the range.
///
/// # Errors
/// [`PlanError::NothingHeld`], or [`PlanError::MissingRebalance`] naming the sessions that a slower rebalance needs.
pub fn plan_build(
    definition: &IndexDefinition,
    range: DayRange,
    held: &[Day],
    bridge: bool,
) -> Result<BuildPlan, PlanError> {
    let first_at = held.partition_point(|day| *day < range.first());
    let kept = &held[first_at..held.partition_point(|day| *day <= range.last())];
    let (Some(first), Some(start)) = (kept.first().copied(), held.first().copied()) else {
        return Err(PlanError::NothingHeld);
    };
    let missing = sessions(range).into_iter().filter(|day| kept.binary_search(day).is_err()).collect();
    let chosen = ChosenSessions { definition, held, bridge };
    let mut lacking = Vec::new();
    let mut planned = Vec::with_capacity(kept.len() + 2);
    let mut previous = first_at.checked_sub(1).map(|at| held[at]);
    if let Some(before) = previous {
        match chosen.in_force(before) {
            Ok(in_force) => {
                let outside = |day| PlannedSession {
                    day,
                    previous: None,
                    after_hole: false,
                    in_force,
                    base: in_force,
                    kept: false,
                };
                if in_force < before {
                    planned.push(outside(in_force));
                }
                planned.push(outside(before));
            }
            // The index starts with its first rebalance: nothing earned a return before it.
            Err(_) if chosen.in_force(first) == Ok(first) => previous = None,
            Err(day) => lacking.push(day),
        }
    }
    for &day in kept {
        match chosen.in_force(day) {
            Ok(in_force) => {
                let base = if definition.buffer > 0 {
                    start
                } else {
                    previous.and_then(|before| chosen.in_force(before).ok()).unwrap_or(in_force)
                };
                // Weights by risk depend on returns long before they are set.
                let base = if definition.weighting.needs_risk() { base.plus(-LOOK_BACK_DAYS) } else { base };
                // A market cap is repaired by those of the sessions before it.
                let base = if definition.repairs_caps { base.plus(-REPAIR_DAYS) } else { base };
                let after_hole = previous.is_some_and(|before| previous_session(day) != Some(before));
                planned.push(PlannedSession { day, previous, after_hole, in_force, base, kept: true });
            }
            Err(needed) => lacking.push(needed),
        }
        previous = Some(day);
    }
    lacking.sort_unstable();
    lacking.dedup();
    if !lacking.is_empty() {
        return Err(PlanError::MissingRebalance(lacking));
    }
    let chosen_since_start = if definition.buffer > 0 {
        held.iter().copied().filter(|day| *day <= range.last() && chosen.in_force(*day) == Ok(*day)).collect()
    } else {
        Vec::new()
    };
    Ok(BuildPlan { sessions: planned, missing, chosen_since_start, examines: definition.repairs_caps })
}

/// Answers at which session the members in place were chosen.
struct ChosenSessions<'a> {
    definition: &'a IndexDefinition,
    held: &'a [Day],
    bridge: bool,
}

impl ChosenSessions<'_> {
    /// The session whose close chose the members in place after `day`, or the session for which data is lacking.
    fn in_force(&self, day: Day) -> Result<Day, Day> {
        let period = self.definition.rebalance.period();
        if is_period_end(day, period) || (self.bridge && self.stands_for_its_end(day, period)) {
            return Ok(day);
        }
        let wanted = last_period_end(day, period).ok_or(day)?;
        if self.held.binary_search(&wanted).is_ok() {
            return Ok(wanted);
        }
        if !self.bridge {
            return Err(wanted);
        }
        let before = self.held.partition_point(|held| *held < wanted);
        before.checked_sub(1).map(|at| self.held[at]).ok_or(wanted)
    }

    /// Whether the end of its period lies between this session and the next one held. Before a later one is held the period is
    /// not over, for all that is known.
    fn stands_for_its_end(&self, day: Day, period: Period) -> bool {
        let next = self.held.get(self.held.partition_point(|held| *held <= day));
        next.and_then(|next| last_period_end(next.plus(-1), period)).is_some_and(|end| end > day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Rebalance;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn range(first: &str, last: &str) -> DayRange {
        DayRange::new(day(first), day(last)).unwrap()
    }

    #[test]
    fn the_last_session_held_stands_for_the_missing_end_of_its_week_once_a_later_one_is_held() {
        let definition = IndexDefinition { rebalance: Rebalance::Weekly, ..IndexDefinition::default() };
        // 2024-01-12 is a Friday, and 2024-01-15 a holiday.
        let held: Vec<Day> = january().into_iter().filter(|held| *held != day("2024-01-12")).collect();
        let in_force = |first: &str, last: &str, held: &[Day]| -> Vec<String> {
            let plan = plan_build(&definition, range(first, last), held, true).unwrap();
            plan.sessions.iter().filter(|s| s.kept).map(|s| s.in_force.to_string()).collect()
        };
        assert_eq!(in_force("2024-01-10", "2024-01-16", &held), ["2024-01-05", "2024-01-11", "2024-01-11"]);
        assert_eq!(in_force("2024-01-10", "2024-01-11", &held), ["2024-01-05", "2024-01-11"]);
        assert_eq!(in_force("2024-01-10", "2024-01-11", &held[..8]), ["2024-01-05", "2024-01-05"]);
    }

    fn plan(rebalance: Rebalance, buffer: u32, first: &str, last: &str, held: &[Day]) -> Result<BuildPlan, PlanError> {
        let definition = IndexDefinition { rebalance, buffer, ..IndexDefinition::default() };
        plan_build(&definition, range(first, last), held, false)
    }

    /// 2024-01-02 (Tuesday) to 2024-01-31, all 21 sessions.
    fn january() -> Vec<Day> {
        sessions(range("2024-01-02", "2024-01-31"))
    }

    #[test]
    fn daily_sessions_follow_from_the_one_before() {
        let plan = plan(Rebalance::Daily, 0, "2024-01-05", "2024-01-09", &january()).unwrap();
        let days: Vec<_> = plan.sessions.iter().map(|s| (s.day.to_string(), s.previous, s.kept)).collect();
        assert_eq!(
            days,
            [
                ("2024-01-04".into(), None, false),
                ("2024-01-05".into(), Some(day("2024-01-04")), true),
                ("2024-01-08".into(), Some(day("2024-01-05")), true),
                ("2024-01-09".into(), Some(day("2024-01-08")), true),
            ]
        );
        assert!(plan.sessions.iter().all(|s| s.in_force == s.day && !s.after_hole) && plan.missing.is_empty());
    }

    #[test]
    fn a_hole_is_named_and_the_session_after_it_marked() {
        let held: Vec<Day> = january().into_iter().filter(|held| *held != day("2024-01-08")).collect();
        let plan = plan(Rebalance::Daily, 0, "2024-01-05", "2024-01-09", &held).unwrap();
        assert_eq!(plan.missing, [day("2024-01-08")]);
        let after = plan.sessions.last().unwrap();
        assert_eq!((after.previous, after.after_hole), (Some(day("2024-01-05")), true));
    }

    #[test]
    fn the_first_session_held_has_nothing_before_it() {
        let plan = plan(Rebalance::Daily, 0, "2023-12-01", "2024-01-03", &january()).unwrap();
        assert_eq!(plan.sessions.len(), 2);
        assert_eq!(plan.sessions[0].previous, None);
        assert_eq!(plan.missing.len(), 20); // December 2023 had 20 sessions.
    }

    #[test]
    fn a_week_computes_from_the_rebalance_before_it() {
        // 2024-01-05, 12 and 19 are Fridays; 2024-01-17 is a Wednesday.
        let plan = plan(Rebalance::Weekly, 0, "2024-01-17", "2024-01-19", &january()).unwrap();
        let summary: Vec<_> =
            plan.sessions.iter().map(|s| (s.day.to_string(), s.in_force.to_string(), s.kept)).collect();
        assert_eq!(
            summary,
            [
                ("2024-01-12".into(), "2024-01-12".into(), false),
                ("2024-01-16".into(), "2024-01-12".into(), false),
                ("2024-01-17".into(), "2024-01-12".into(), true),
                ("2024-01-18".into(), "2024-01-12".into(), true),
                ("2024-01-19".into(), "2024-01-19".into(), true),
            ]
        );
        assert!(plan.sessions.iter().all(|s| s.base == day("2024-01-12")));
    }

    #[test]
    fn a_start_inside_a_period_names_the_rebalance_it_lacks() {
        let lacking = plan(Rebalance::Monthly, 0, "2024-01-17", "2024-01-19", &january());
        assert_eq!(lacking, Err(PlanError::MissingRebalance(vec![day("2023-12-29")])));
        let starts = plan(Rebalance::Monthly, 0, "2024-01-31", "2024-01-31", &january()).unwrap();
        assert_eq!(starts.sessions.len(), 1);
        assert_eq!(starts.sessions[0].previous, None);
    }

    #[test]
    fn a_buffer_walks_from_the_first_session_held() {
        let plan = plan(Rebalance::Weekly, 10, "2024-01-22", "2024-01-26", &january()[3..]).unwrap();
        assert_eq!(
            plan.chosen_since_start,
            [day("2024-01-05"), day("2024-01-12"), day("2024-01-19"), day("2024-01-26")]
        );
        assert!(plan.sessions.iter().filter(|s| s.kept).all(|s| s.base == january()[3]));
    }

    #[test]
    fn a_range_without_data_is_nothing() {
        assert_eq!(plan(Rebalance::Daily, 0, "2025-01-02", "2025-01-03", &january()), Err(PlanError::NothingHeld));
        assert_eq!(plan(Rebalance::Daily, 0, "2025-01-02", "2025-01-03", &[]), Err(PlanError::NothingHeld));
    }
}

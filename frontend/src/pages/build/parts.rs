//! A long build in parts, so that its progress shows and it can be stopped; parts agree with the whole.

use domain::api::BuiltIndex;
use domain::calendar;
use domain::units::DayRange;

/// The sessions of a part: a quarter of a year, which costs little more a session than years at once.
const PART_SESSIONS: usize = 63;

/// The range in parts. Where the calendar has no session in it, the range itself, so that the service says so.
pub(super) fn parts(range: DayRange) -> Vec<DayRange> {
    let sessions = calendar::sessions(range);
    let parts: Vec<DayRange> =
        sessions.chunks(PART_SESSIONS).filter_map(|part| DayRange::new(*part.first()?, *part.last()?)).collect();
    if parts.is_empty() { vec![range] } else { parts }
}

/// What the parts add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub sessions: u64,
    pub missing: Vec<String>,
    pub warnings: Vec<String>,
    pub rows_read: u64,
    pub rows_written: u64,
    /// Parts that held no data at all.
    pub empty_parts: usize,
}

impl Tally {
    /// Adds what a part did. A warning that several parts give is kept once.
    pub(super) fn add(&mut self, built: &BuiltIndex) {
        self.sessions += built.sessions;
        self.missing.extend(built.missing_sessions.iter().cloned());
        for warning in &built.warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
            }
        }
        self.rows_read += built.cost.rows_read;
        self.rows_written += built.cost.rows_written;
    }

    /// The rows read as a number to show.
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    pub(super) fn rows_read_shown(&self) -> f64 {
        self.rows_read as f64
    }
}

#[cfg(test)]
mod tests {
    use domain::units::Day;

    use super::*;

    fn range(first: &str, last: &str) -> DayRange {
        DayRange::new(first.parse().unwrap(), last.parse().unwrap()).unwrap()
    }

    #[test]
    fn parts_cover_every_session_once_and_in_order() {
        let whole = range("2023-01-01", "2024-12-31");
        let parts = parts(whole);
        let sessions: Vec<Day> = parts.iter().flat_map(|part| calendar::sessions(*part)).collect();
        assert_eq!(sessions, calendar::sessions(whole));
        // 250 sessions in 2023 and 252 in 2024.
        assert_eq!(parts.len(), 8);
    }

    #[test]
    fn a_weekend_is_asked_for_as_it_is() {
        let weekend = range("2024-12-21", "2024-12-22");
        assert_eq!(parts(weekend), [weekend]);
    }
}

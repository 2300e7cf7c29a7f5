//! `/coverage`: which sessions are held, and which are missing.

use domain::api::{Coverage, CoveredSession};
use domain::calendar;
use domain::units::{Day, DayRange};

use super::cached::{Computed, cached};
use super::request::Call;
use super::respond::Answer;
use crate::error::Problem;
use crate::stores::d1::coverage::{self, Held};

/// `GET /coverage`: how many bars each session holds, and the sessions between the first and the last without any.
pub(super) async fn of_sessions(call: &Call) -> Answer {
    call.query(&[])?;
    cached(call, &["market"], "", async |db| {
        let (held, versions) = coverage::read(db).await?;
        let body = serde_json::to_vec(&coverage_of(&held)).map_err(Problem::internal)?;
        Ok(Computed { versions, content_type: "application/json", disposition: None, body })
    })
    .await
}

fn coverage_of(held: &Held) -> Coverage {
    let sessions: Vec<CoveredSession> =
        held.sessions.iter().map(|row| CoveredSession { date: Day::from_number(row.day), bars: row.bars }).collect();
    let ends = sessions.first().zip(sessions.last()).map(|(first, last)| (first.date, last.date));
    let expected =
        ends.and_then(|(first, last)| DayRange::new(first, last)).map(calendar::sessions).unwrap_or_default();
    let is_held = |day: &Day| sessions.binary_search_by_key(day, |session| session.date).is_ok();
    Coverage {
        first_session: ends.map(|(first, _)| first),
        last_session: ends.map(|(_, last)| last),
        synthetic: held.synthetic,
        gaps: expected.into_iter().filter(|day| !is_held(day)).collect(),
        sessions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stores::d1::coverage::HeldSession;

    #[test]
    fn gaps_are_sessions_of_the_calendar_that_are_not_held() {
        // A Friday and the Wednesday after it; Christmas Day is no session.
        let day = |text: &str| text.parse::<Day>().unwrap().number();
        let sessions =
            vec![HeldSession { day: day("2024-12-20"), bars: 3 }, HeldSession { day: day("2024-12-26"), bars: 2 }];
        let coverage = coverage_of(&Held { sessions, synthetic: true });
        let gaps: Vec<String> = coverage.gaps.iter().map(ToString::to_string).collect();
        assert_eq!(gaps, ["2024-12-23", "2024-12-24"]);
        assert_eq!(coverage.first_session.map(|day| day.to_string()).as_deref(), Some("2024-12-20"));
    }

    #[test]
    fn nothing_held_has_no_ends_and_no_gaps() {
        let coverage = coverage_of(&Held { sessions: Vec::new(), synthetic: false });
        assert_eq!((coverage.first_session, coverage.last_session), (None, None));
        assert!(coverage.gaps.is_empty() && coverage.sessions.is_empty());
    }
}

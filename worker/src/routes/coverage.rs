//! `/coverage`: which sessions are held, and which are missing, of the whole market or of one security.

use std::collections::BTreeSet;

use domain::api::{Coverage, CoveredSeries, CoveredSession};
use domain::calendar;
use domain::ingest::missing_sessions;
use domain::units::{BarInterval, Day, DayRange};

use super::cached::{Computed, cached};
use super::request::Call;
use super::respond::Answer;
use crate::error::Problem;
use crate::stores::d1::D1;
use crate::stores::d1::bars::{self, D1Bars, HeldDays};
use crate::stores::d1::coverage::{self, Held, HeldSession};
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::securities::D1Securities;

/// Gaps of a series that are named; all are counted.
const NAMED_GAPS: usize = 1_000;

/// `GET /coverage`: how many bars each session holds, and the sessions between the first and the last without any.
pub(super) async fn of_sessions(call: &Call) -> Answer {
    let query = call.query(&["ticker"])?;
    let (scopes, key) = match query.text("ticker") {
        Some(ticker) => (bars::SCOPES, ticker),
        None => (["market"], ""),
    };
    cached(call, &scopes, key, async |db| {
        let (coverage, versions) = load(db, query.text("ticker")).await?;
        let body = serde_json::to_vec(&coverage).map_err(Problem::internal)?;
        Ok(Computed { versions, content_type: "application/json", disposition: None, body })
    })
    .await
}

/// What is held, of the whole market or of one security: its sessions, and each of its series.
///
/// # Errors
/// 404 for a ticker without bars, and whatever the store reports.
pub(crate) async fn load(db: &D1, ticker: Option<&str>) -> Result<(Coverage, Versions), Problem> {
    let Some(ticker) = ticker else {
        let (held, versions) = coverage::read(db).await?;
        return Ok((coverage_of(&held), versions));
    };
    let (mut held, synthetic, versions) = D1Bars(db).held_days(ticker).await?;
    if held.is_empty()
        && let Some(now) = D1Securities(db).borne_now(ticker).await?
    {
        held = D1Bars(db).held_days(&now).await?.0;
    }
    if held.is_empty() {
        return Err(Problem::unknown("bars of the ticker", ticker));
    }
    let days: BTreeSet<Day> =
        held.iter().filter(|series| series.interval.is_none()).flat_map(|series| series.days.clone()).collect();
    let sessions = days.into_iter().map(|day| HeldSession { day: day.number(), bars: 1 }).collect();
    let coverage = coverage_of(&Held { sessions, synthetic });
    let series = held.into_iter().filter_map(covered).collect();
    Ok((Coverage { series, ..coverage }, versions))
}

fn covered(held: HeldDays) -> Option<CoveredSeries> {
    let days: BTreeSet<Day> = held.days.iter().copied().collect();
    let range = DayRange::new(*days.first()?, *days.last()?)?;
    let days: Vec<Day> = days.into_iter().collect();
    let mut gaps = missing_sessions(range, &days);
    let gap_count = gaps.len() as u64;
    gaps.truncate(NAMED_GAPS);
    Some(CoveredSeries {
        interval: held.interval.map_or("1day", BarInterval::name).to_owned(),
        source: held.source,
        first_date: range.first(),
        last_date: range.last(),
        bars: held.bars,
        sessions: days.len() as u64,
        gap_count,
        gaps,
    })
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
        series: Vec::new(),
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

//! A session, securities, splits and dividends straight from a provider or through the database, as `fetched` has it for bars.

use domain::api::{Provenance, ProviderFailure};
use domain::ports::{MarketData, ProviderError};
use domain::units::{Day, DayRange};

use super::asked::{Mode, mode_of, source_of};
use super::fetched::{Means, first_of, open, permit};
use crate::error::Problem;
use crate::jobs::fetch_reference::{self, Rows, Wanted};
use crate::routes::query::Query;
use crate::stores::d1::market::D1MarketStore;
use crate::stores::memory_cache;
use crate::wiring::PlatformClock;

/// The longest range of splits or dividends that one request may ask a provider for, days.
const MOST_DAYS: i32 = 366;

/// Where an answer is to come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct From {
    pub(super) mode: Mode,
    provider: Option<&'static str>,
}

/// What was brought.
pub(super) struct Brought {
    /// The rows, where they are handed on; else what is stored answers.
    pub(super) rows: Option<Rows>,
    /// The publication that stored them.
    pub(super) version: Option<i64>,
    pub(super) provenance: Provenance,
    /// Why nobody delivered, where what is stored stands for it.
    pub(super) problem: Option<Problem>,
}

impl From {
    /// Reads `mode` and `provider`.
    ///
    /// # Errors
    /// 422 for one that does not exist, and for a provider that nothing would be asked of.
    pub(super) fn read(query: &Query) -> Result<Self, Problem> {
        let mode = mode_of(query)?;
        let provider = query.text("provider").map(|name| source_of("provider", name)).transpose()?;
        match provider {
            Some(name) if mode == Mode::Stored => {
                Err(Problem::impossible("provider", name, "absent unless mode is passthrough or refresh"))
            }
            _ => Ok(Self { mode, provider }),
        }
    }

    /// Asks providers until one delivers.
    ///
    /// # Errors
    /// 401 and 403 for who may not; what the last provider reports where none delivers and nothing stored may stand for it.
    pub(super) async fn bring(self, means: &Means<'_>, wanted: Wanted) -> Result<Brought, Problem> {
        permit(means, self.mode)?;
        let (failed, tried) = first_of(means, self.provider, async |name| {
            let provider = open(means, &name)?;
            if !wanted.is_served_by(provider.capabilities()) {
                return Err(Problem::refused("provider_unsuitable", format!("{name} does not serve this")));
            }
            let fetched = fetch_reference::fetch(&provider, wanted).await.map_err(|error: ProviderError| error.into());
            fetched.map(|fetched| (name, fetched))
        })
        .await;
        let (name, fetched) = match tried {
            Ok(delivered) => delivered,
            Err(problem) if self.mode == Mode::Refresh => return Ok(stale(failed, problem)),
            Err(problem) => return Err(problem),
        };
        let rejected = Some(fetched.rejected).filter(|rejected| *rejected > 0);
        let (rows, version) = if self.mode == Mode::Refresh {
            let published = fetched.store(&name, &D1MarketStore::new(means.db), &PlatformClock).await?;
            memory_cache::note_write(&["market", "bars"], published.data_version, means.now);
            (None, Some(published.data_version))
        } else {
            (Some(fetched.rows), None)
        };
        let provenance = Provenance { source: Some(name), stale: false, failed_providers: failed, rejected };
        Ok(Brought { rows, version, provenance, problem: None })
    }
}

fn stale(failed_providers: Vec<ProviderFailure>, problem: Problem) -> Brought {
    let provenance = Provenance { source: None, stale: true, failed_providers, rejected: None };
    Brought { rows: None, version: None, provenance, problem: Some(problem) }
}

/// The days of splits or dividends that a provider is asked for: from the lower bound, which has to be given, to the upper one
/// or today.
///
/// # Errors
/// 400 without a lower bound, 422 for too many days.
pub(super) fn days(parameter: &str, first: Day, last: Day, today: Day) -> Result<DayRange, Problem> {
    if first == Day::from_number(i32::MIN) {
        return Err(Problem::missing_parameter(&format!("{parameter}.gte")));
    }
    let range = DayRange::new(first, last.min(today));
    let range = range.ok_or_else(|| Problem::impossible(parameter, &first.to_string(), "a day up to today"))?;
    if range.last().number() - range.first().number() >= MOST_DAYS {
        let detail = format!("one request asks a provider for at most {MOST_DAYS} days of them");
        return Err(Problem::refused("range_too_large", detail));
    }
    Ok(range)
}

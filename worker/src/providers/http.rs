//! Asking a vendor over HTTP: rate budget, retries with backoff, redaction.
//!
//! It knows no vendor. It acts on 429, 408, 5xx and broken exchanges; every other answer is the vendor module's to judge.

use std::cell::Cell;

use chrono::DateTime;
use domain::ports::{Clock, ProviderError};
use domain::units::UnixMillis;
use worker::Url;

use crate::outbound::{self, OutboundAnswer, OutboundError, OutboundRequest};

/// Requests sent for one answer, the first included.
const MAX_TRIES: u32 = 4;
/// The longest a call waits, in all its pauses together; a job that must wait longer comes back instead.
const MAX_WAIT_MS: i64 = 25_000;
/// The pause after the first failure; it doubles with each further one.
const FIRST_PAUSE_MS: i64 = 1_000;
/// What a 429 without `Retry-After` asks for: the vendors here count by the minute.
const RATE_WINDOW_MS: i64 = 60_000;
/// The longest `Retry-After` that is taken at its word.
const MAX_RETRY_AFTER_MS: i64 = 3_600_000;
/// The longest body a vendor may send, bytes.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// The world as the retry loop sees it: requests, the present instant and pauses.
pub(crate) trait Transport: Clock {
    /// Sends one request and reads its answer to the end.
    async fn send(&self, request: &OutboundRequest) -> Result<OutboundAnswer, OutboundError>;

    /// Returns after this many milliseconds.
    async fn pause(&self, ms: i64);
}

/// When the next request may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// This instant is the caller's alone.
    StartAt(UnixMillis),
    /// No slot is free within the wait; the first one is at about this instant. Nothing was taken.
    FullUntil(UnixMillis),
}

/// A provider's rate, shared by every isolate.
///
/// An implementation MUST give no two callers slots less than the spacing apart, and MUST take nothing when it answers
/// [`Slot::FullUntil`]. A clock that goes back MUST NOT lengthen a wait beyond what was left of it.
pub(crate) trait Budget {
    /// Takes the next free slot that starts within `max_wait_ms` of `now`.
    async fn take(
        &self,
        provider: &str,
        now: UnixMillis,
        spacing_ms: i64,
        max_wait_ms: i64,
    ) -> Result<Slot, BudgetError>;

    /// Gives out no slot for so long from `now` on: the vendor asked for silence.
    async fn hold(&self, provider: &str, now: UnixMillis, silence_ms: i64) -> Result<(), BudgetError>;
}

/// The budget could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rate budget is unavailable: {0}")]
pub(crate) struct BudgetError(pub(crate) String);

impl From<BudgetError> for ProviderError {
    fn from(error: BudgetError) -> Self {
        Self::Transient { detail: error.to_string() }
    }
}

/// What an adapter needs of the world.
#[derive(Clone)]
pub(crate) struct Network<T, B> {
    pub(crate) transport: T,
    pub(crate) budget: B,
}

/// A credential: it shows as `…` wherever it is printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) const fn new(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// How one vendor is asked.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// The name under which its budget is kept.
    pub(crate) provider: &'static str,
    /// Requests per minute, 0 = no limit.
    pub(crate) requests_per_minute: u32,
    /// Milliseconds until the last byte of an answer.
    pub(crate) timeout_ms: u32,
    /// Sent in one header and nowhere else.
    pub(crate) secret: Secret,
    /// That header, and what goes before the secret in it.
    pub(crate) header: (&'static str, &'static str),
}

/// Asks one vendor, within its rate.
pub(crate) struct Client<T, B> {
    terms: Terms,
    network: Network<T, B>,
    requests: Cell<u64>,
}

impl<T: Transport, B: Budget> Client<T, B> {
    pub(crate) const fn new(terms: Terms, network: Network<T, B>) -> Self {
        Self { terms, network, requests: Cell::new(0) }
    }

    /// Requests sent, failed ones included.
    pub(crate) const fn requests_made(&self) -> u64 {
        self.requests.get()
    }

    /// Gets `url`, trying again after 429, 408, 5xx, time-outs and broken connections.
    ///
    /// 1. Wait for a slot of the rate budget. 2. Send. 3. On a setback pause as long as the vendor asks, at least
    ///    1, 2, 4 s. 4. Give up after four requests, or when the pauses would exceed 25 s.
    pub(crate) async fn get(&self, url: &str) -> Result<OutboundAnswer, ProviderError> {
        let mut waited_ms = 0;
        let mut tries = 0;
        loop {
            waited_ms += self.wait_for_slot(MAX_WAIT_MS - waited_ms).await?;
            let setback = match self.send(url).await {
                Ok(answer) if !is_setback(answer.status) => return Ok(answer),
                Err(error @ (OutboundError::TooLong(_) | OutboundError::RedirectedAway)) => {
                    return Err(self.scrub(ProviderError::Malformed { detail: error.to_string() }));
                }
                outcome => Setback::of(outcome, self.network.transport.now()),
            };
            self.hold(&setback).await?;
            let pause_ms = setback.retry_after_ms.unwrap_or(0).max(FIRST_PAUSE_MS << tries);
            tries += 1;
            if tries == MAX_TRIES || waited_ms + pause_ms > MAX_WAIT_MS {
                return Err(self.scrub(setback.into_error()));
            }
            self.network.transport.pause(pause_ms).await;
            waited_ms += pause_ms;
        }
    }

    /// The error without the credential, should a vendor or the platform have repeated it.
    pub(crate) fn scrub(&self, error: ProviderError) -> ProviderError {
        let clean = |detail: String| detail.replace(self.terms.secret.0.as_str(), "…");
        match error {
            ProviderError::RateLimited { .. } => error,
            ProviderError::Transient { detail } => ProviderError::Transient { detail: clean(detail) },
            ProviderError::Rejected { detail } => ProviderError::Rejected { detail: clean(detail) },
            ProviderError::Malformed { detail } => ProviderError::Malformed { detail: clean(detail) },
        }
    }

    async fn send(&self, url: &str) -> Result<OutboundAnswer, OutboundError> {
        self.requests.set(self.requests.get() + 1);
        let request = OutboundRequest {
            url: url.to_owned(),
            headers: vec![
                ("accept", "application/json".to_owned()),
                (self.terms.header.0, format!("{}{}", self.terms.header.1, self.terms.secret.0)),
            ],
            json: None,
            form: None,
            timeout_ms: self.terms.timeout_ms,
            max_bytes: MAX_BODY_BYTES,
            follow_redirects: true,
        };
        self.network.transport.send(&request).await
    }

    /// Waits until the budget lets this request start; returns the milliseconds waited.
    async fn wait_for_slot(&self, max_wait_ms: i64) -> Result<i64, ProviderError> {
        let Some(spacing_ms) = spacing_ms(self.terms.requests_per_minute) else { return Ok(0) };
        let now = self.network.transport.now();
        let slot = self.network.budget.take(self.terms.provider, now, spacing_ms, max_wait_ms.max(0)).await;
        match slot? {
            Slot::StartAt(start) => {
                let wait_ms = start.ms_since(now).max(0);
                if wait_ms > 0 {
                    self.network.transport.pause(wait_ms).await;
                }
                Ok(wait_ms)
            }
            Slot::FullUntil(free) => Err(ProviderError::RateLimited { retry_after_ms: free.ms_since(now).max(1) }),
        }
    }

    /// Tells every isolate of the silence that the vendor asked for.
    async fn hold(&self, setback: &Setback) -> Result<(), ProviderError> {
        match (setback.retry_after_ms, spacing_ms(self.terms.requests_per_minute)) {
            (Some(ms), Some(_)) => {
                let now = self.network.transport.now();
                Ok(self.network.budget.hold(self.terms.provider, now, ms).await?)
            }
            _ => Ok(()),
        }
    }
}

/// Milliseconds between two requests, rounded up; `None` without a limit.
fn spacing_ms(requests_per_minute: u32) -> Option<i64> {
    (requests_per_minute > 0).then(|| i64::from(60_000_u32.div_ceil(requests_per_minute)))
}

/// Whether the same request may succeed later.
const fn is_setback(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..=599)
}

/// An exchange that may succeed when repeated.
struct Setback {
    rate_limited: bool,
    retry_after_ms: Option<i64>,
    detail: String,
}

impl Setback {
    fn of(outcome: Result<OutboundAnswer, OutboundError>, now: UnixMillis) -> Self {
        match outcome {
            Ok(answer) => Self {
                rate_limited: answer.status == 429,
                retry_after_ms: answer.retry_after.and_then(|text| retry_after_ms(&text, now)),
                detail: format!("status {}", answer.status),
            },
            Err(error) => Self { rate_limited: false, retry_after_ms: None, detail: error.to_string() },
        }
    }

    /// A vendor that names an instant is believed, whatever the status it came with.
    fn into_error(self) -> ProviderError {
        match self.retry_after_ms {
            Some(retry_after_ms) if self.rate_limited || retry_after_ms > MAX_WAIT_MS => {
                ProviderError::RateLimited { retry_after_ms }
            }
            None if self.rate_limited => ProviderError::RateLimited { retry_after_ms: RATE_WINDOW_MS },
            _ => ProviderError::Transient { detail: self.detail },
        }
    }
}

/// `Retry-After` as milliseconds from `now`: a number of seconds or an HTTP date (RFC 9110, 10.2.3).
fn retry_after_ms(text: &str, now: UnixMillis) -> Option<i64> {
    let text = text.trim();
    let ms = match text.parse::<u32>() {
        Ok(seconds) => i64::from(seconds) * 1_000,
        Err(_) => UnixMillis(DateTime::parse_from_rfc2822(text).ok()?.timestamp_millis()).ms_since(now),
    };
    Some(ms.clamp(0, MAX_RETRY_AFTER_MS))
}

/// Where a vendor's API is, as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl(Url);

impl BaseUrl {
    /// An absolute http or https URL, with or without a path.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.host_str().is_some()).then_some(Self(url))
    }

    /// The URL of a path below the base with these query parameters, both encoded here.
    pub(crate) fn join(&self, segments: &[&str], query: &[(&str, &str)]) -> String {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url.into()
    }

    /// A vendor's own link on this base: its host must be the base's or one of `hosts`; path and query are kept, but for
    /// parameters named in `without`.
    pub(crate) fn rebase(&self, link: &str, hosts: &[&str], without: &[&str]) -> Option<String> {
        let link = Url::parse(link).ok()?;
        let host = link.host_str()?;
        let is_ours = Some(host) == self.0.host_str() && link.port_or_known_default() == self.0.port_or_known_default();
        if !is_ours && !hosts.contains(&host) {
            return None;
        }
        let mut url = self.0.clone();
        let prefix = self.0.path().trim_end_matches('/');
        let path = if is_ours { link.path().strip_prefix(prefix).unwrap_or(link.path()) } else { link.path() };
        url.set_path(&format!("{prefix}{path}"));
        url.set_query(None);
        let kept: Vec<_> = link.query_pairs().filter(|(name, _)| !without.contains(&name.as_ref())).collect();
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
        Some(url.into())
    }
}

/// The platform's network and timer, with a clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlatformTransport<C>(pub(crate) C);

impl<C: Clock> Clock for PlatformTransport<C> {
    fn now(&self) -> UnixMillis {
        self.0.now()
    }
}

impl<C: Clock> Transport for PlatformTransport<C> {
    async fn send(&self, request: &OutboundRequest) -> Result<OutboundAnswer, OutboundError> {
        outbound::fetch(request).await
    }

    async fn pause(&self, ms: i64) {
        worker::Delay::from(std::time::Duration::from_millis(ms.unsigned_abs())).await;
    }
}

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;

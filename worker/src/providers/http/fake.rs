//! A network for tests: scripted answers, a clock that only pauses move, a budget in memory.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::path::Path;

use domain::ports::Clock;
use domain::units::UnixMillis;

use super::{Budget, BudgetError, Network, Slot, Transport};
use crate::outbound::{OutboundAnswer, OutboundError, OutboundRequest};
use crate::providers::{AnyProvider, ProviderSettings, open};

/// 2026-06-12T20:00:00Z.
pub(crate) const START: UnixMillis = UnixMillis(1_781_294_400_000);

pub(crate) type Outcome = Result<OutboundAnswer, OutboundError>;
type Respond<'a> = Box<dyn Fn(&OutboundRequest) -> Outcome + 'a>;

/// A transport that answers from a function and remembers what it was asked.
pub(crate) struct FakeTransport<'a> {
    respond: Respond<'a>,
    now: Cell<UnixMillis>,
    pub(crate) pauses: RefCell<Vec<i64>>,
    pub(crate) urls: RefCell<Vec<String>>,
    pub(crate) headers: RefCell<Vec<(&'static str, String)>>,
}

impl<'a> FakeTransport<'a> {
    pub(crate) fn new(respond: impl Fn(&OutboundRequest) -> Outcome + 'a) -> Self {
        Self {
            respond: Box::new(respond),
            now: Cell::new(START),
            pauses: RefCell::default(),
            urls: RefCell::default(),
            headers: RefCell::default(),
        }
    }

    /// Answers with these outcomes, one after the other, whatever is asked.
    pub(crate) fn scripted(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let outcomes = RefCell::new(outcomes.into_iter().collect::<VecDeque<_>>());
        Self::new(move |_| outcomes.borrow_mut().pop_front().expect("no more requests than the script has answers"))
    }
}

impl Clock for &FakeTransport<'_> {
    fn now(&self) -> UnixMillis {
        self.now.get()
    }
}

impl Transport for &FakeTransport<'_> {
    async fn send(&self, request: &OutboundRequest) -> Outcome {
        self.urls.borrow_mut().push(request.url.clone());
        self.headers.borrow_mut().extend(request.headers.iter().cloned());
        (self.respond)(request)
    }

    async fn pause(&self, ms: i64) {
        self.pauses.borrow_mut().push(ms);
        self.now.set(self.now.get().plus_ms(ms));
    }
}

/// The budget's rules in memory, and a switch that makes it fail.
pub(crate) struct FakeBudget {
    pub(crate) next_at: Cell<UnixMillis>,
    pub(crate) broken: Cell<bool>,
}

impl FakeBudget {
    pub(crate) fn free() -> Self {
        Self { next_at: Cell::new(UnixMillis(0)), broken: Cell::new(false) }
    }
}

impl Budget for &FakeBudget {
    async fn take(&self, _: &str, now: UnixMillis, spacing_ms: i64, max_wait_ms: i64) -> Result<Slot, BudgetError> {
        if self.broken.get() {
            return Err(BudgetError("switched off".to_owned()));
        }
        let start = self.next_at.get().max(now);
        if start > now.plus_ms(max_wait_ms) {
            return Ok(Slot::FullUntil(start));
        }
        self.next_at.set(start.plus_ms(spacing_ms));
        Ok(Slot::StartAt(start))
    }

    async fn hold(&self, _: &str, now: UnixMillis, silence_ms: i64) -> Result<(), BudgetError> {
        self.next_at.set(self.next_at.get().max(now.plus_ms(silence_ms)));
        Ok(())
    }
}

/// The fakes as an adapter takes them; the test keeps the originals to look at.
pub(crate) fn network<'a>(
    transport: &'a FakeTransport<'a>,
    budget: &'a FakeBudget,
) -> Network<&'a FakeTransport<'a>, &'a FakeBudget> {
    Network { transport, budget }
}

/// Settings with these names and values.
pub(crate) fn settings(values: &[(&'static str, &str)]) -> ProviderSettings {
    ProviderSettings::read(|name| values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
}

/// The settings of an account with the key `k3y` that may be asked as often as one likes, so that no call waits for another.
pub(crate) fn unlimited(provider: &str) -> ProviderSettings {
    let (key, rate) = ("_API_KEY", "_REQUESTS_PER_MINUTE");
    let value = |name: &str| match name.strip_prefix(&provider.to_uppercase())? {
        setting if setting == key => Some("k3y".to_owned()),
        setting if setting == rate => Some("0".to_owned()),
        _ => None,
    };
    ProviderSettings::read(value)
}

/// A source opened through the registry, as a user asks for it.
pub(crate) fn opened<'a>(
    name: &str,
    settings: &ProviderSettings,
    transport: &'a FakeTransport<'a>,
    budget: &'a FakeBudget,
) -> AnyProvider<&'a FakeTransport<'a>, &'a FakeBudget> {
    open(name, settings, network(transport, budget)).unwrap_or_else(|error| panic!("{error}"))
}

/// An answer with a recorded body of a provider.
pub(crate) fn recorded(provider: &str, status: u16, file: &str) -> Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/providers").join(provider).join("test_data");
    Ok(answer(status, std::fs::read(folder.join(file)).unwrap()))
}

/// An answer with this status and body.
pub(crate) fn answer(status: u16, body: impl Into<Vec<u8>>) -> OutboundAnswer {
    OutboundAnswer { status, content_type: None, retry_after: None, body: body.into() }
}

/// An answer that asks for silence.
pub(crate) fn retry_after(status: u16, value: &str) -> OutboundAnswer {
    OutboundAnswer { retry_after: Some(value.to_owned()), ..answer(status, "") }
}

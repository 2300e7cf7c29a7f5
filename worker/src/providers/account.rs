//! An account with a vendor that is asked over HTTP with a key: its four settings, and how they are read.

use crate::providers::http::{BaseUrl, Budget, Client, Network, Secret, Terms, Transport};
use crate::providers::{OpenError, ProviderSettings, Setting};

/// The longest time-out that can be set, milliseconds.
const MAX_TIMEOUT_MS: u32 = 120_000;
const DEFAULT_TIMEOUT_MS: u32 = 30_000;
const MAX_REQUESTS_PER_MINUTE: u32 = 6_000;

/// The names of a vendor's settings, and what holds where they are not set.
pub(crate) struct Account {
    /// The provider's name.
    pub(crate) provider: &'static str,
    /// The setting with the key.
    pub(crate) api_key: &'static str,
    /// The header that carries the key, and what goes before the key in it.
    pub(crate) header: (&'static str, &'static str),
    /// The setting with the address of the API, and the vendor's own.
    pub(crate) base_url: (&'static str, &'static str),
    /// The setting with the rate, 0 = no limit, and the rate of the smallest plan.
    pub(crate) requests_per_minute: (&'static str, u32),
    /// The setting with the milliseconds until the last byte of an answer.
    pub(crate) timeout_ms: &'static str,
}

/// An account, opened.
pub(crate) struct Opened<T, B> {
    pub(crate) base: BaseUrl,
    pub(crate) client: Client<T, B>,
    pub(crate) requests_per_minute: u32,
}

impl Account {
    /// The settings as the registry shows them.
    pub(crate) const fn settings(&self) -> [Setting; 4] {
        [
            Setting { name: self.api_key, required: true, secret: true },
            Setting { name: self.base_url.0, required: false, secret: false },
            Setting { name: self.requests_per_minute.0, required: false, secret: false },
            Setting { name: self.timeout_ms, required: false, secret: false },
        ]
    }

    /// Reads the settings; nothing is asked.
    pub(crate) fn open<T: Transport, B: Budget>(
        &self,
        settings: &ProviderSettings,
        network: Network<T, B>,
    ) -> Result<Opened<T, B>, OpenError> {
        let (name, default) = self.base_url;
        let base = BaseUrl::parse(settings.get(name).unwrap_or(default))
            .ok_or_else(|| OpenError::InvalidSetting { name, expected: "an http or https URL".to_owned() })?;
        let (name, default) = self.requests_per_minute;
        let requests_per_minute = settings.number(name, default, MAX_REQUESTS_PER_MINUTE)?;
        let timeout_ms = settings.number(self.timeout_ms, DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS)?;
        let secret = Secret::new(settings.required(self.api_key)?.to_owned());
        let terms = Terms { provider: self.provider, requests_per_minute, timeout_ms, secret, header: self.header };
        Ok(Opened { base, client: Client::new(terms, network), requests_per_minute })
    }
}

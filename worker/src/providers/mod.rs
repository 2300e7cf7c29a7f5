//! The registry: every source of market data, whole on one screen.
//!
//! A provider is a folder with `ABOUT` (what `GET /providers` says of it), `open` (from settings to an adapter) and an
//! adapter that implements [`MarketData`]; one line in [`registry!`] below makes it known everywhere.

mod account;
#[cfg(test)]
mod faults;
pub(crate) mod files;
pub(crate) mod fmp;
#[cfg(test)]
mod foreign_bytes;
pub(crate) mod http;
pub(crate) mod massive;
mod price_rows;
pub(crate) mod sample;
pub(crate) mod tiingo;

use std::collections::BTreeMap;

use domain::market::{DailyBar, Dividend, IntradayBar, Security, SharesCount, Split};
use domain::ports::{Capabilities, DailyMarket, Delivered, MarketData, OptionChains, ProviderError};
use domain::units::{BarInterval, Day, DayRange, Ticker};

use crate::providers::http::{Budget, Network, Transport};

/// What is known of a source without asking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct About {
    /// The name in settings, run logs, rows and the API.
    pub(crate) name: &'static str,
    /// Other names under which it may be asked for.
    pub(crate) aliases: &'static [&'static str],
    /// One sentence for a person.
    pub(crate) summary: &'static str,
    /// What it can serve.
    pub(crate) capabilities: Capabilities,
    /// Its documented limits, for a person.
    pub(crate) limits: &'static str,
    /// The settings it reads.
    pub(crate) settings: &'static [Setting],
}

/// One setting of a source, a variable or secret of the Worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    /// Without it the source cannot be opened.
    pub(crate) required: bool,
    /// Its value is never shown, not even in part.
    pub(crate) secret: bool,
}

/// The values of the registered settings, as the configuration found them. It has no `Debug`: some are secrets.
#[derive(Clone, Default)]
pub(crate) struct ProviderSettings {
    values: BTreeMap<&'static str, String>,
}

impl ProviderSettings {
    /// Reads every registered setting with `read`, which answers `None` where one is not set. Blank counts as not set.
    pub(crate) fn read(read: impl Fn(&'static str) -> Option<String>) -> Self {
        let names = REGISTRY.iter().flat_map(|about| about.settings).map(|setting| setting.name);
        let values = names.filter_map(|name| Some((name, read(name)?.trim().to_owned())));
        Self { values: values.filter(|(_, value)| !value.is_empty()).collect() }
    }

    /// The value of a setting, never blank.
    pub(crate) fn get(&self, name: &'static str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The value of a setting that must be there.
    pub(crate) fn required(&self, name: &'static str) -> Result<&str, OpenError> {
        self.get(name).ok_or(OpenError::MissingSetting(name))
    }

    /// A whole number in a range, or `default` where the setting is absent.
    pub(crate) fn number(&self, name: &'static str, default: u32, max: u32) -> Result<u32, OpenError> {
        let Some(text) = self.get(name) else { return Ok(default) };
        match text.parse() {
            Ok(number) if number <= max => Ok(number),
            _ => Err(OpenError::InvalidSetting { name, expected: format!("a whole number from 0 to {max}") }),
        }
    }
}

/// Why a source cannot be opened. The value of a setting is never part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenError {
    /// No source of this name can be asked.
    #[error("expected one of the providers {known}, was \"{name}\"")]
    UnknownProvider { name: String, known: String },
    /// The source needs a setting that is not set.
    #[error("the setting {0} is not set")]
    MissingSetting(&'static str),
    /// The setting has a value that cannot be used.
    #[error("expected {expected} in the setting {name}")]
    InvalidSetting { name: &'static str, expected: String },
}

/// A source as `GET /providers` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProviderStatus {
    pub(crate) about: About,
    /// Every required setting has a value.
    pub(crate) configured: bool,
}

/// Every source, in the registry's order.
pub(crate) fn statuses(settings: &ProviderSettings) -> Vec<ProviderStatus> {
    let configured = |about: &About| about.settings.iter().all(|s| !s.required || settings.get(s.name).is_some());
    REGISTRY.iter().map(|about| ProviderStatus { about: *about, configured: configured(about) }).collect()
}

/// The registered name behind a name or an alias.
pub(crate) fn registered_name(name: &str) -> Option<&'static str> {
    REGISTRY.iter().find(|about| about.name == name || about.aliases.contains(&name)).map(|about| about.name)
}

/// Whether everything that a source serves is made up.
pub(crate) fn is_synthetic(name: &str) -> bool {
    REGISTRY.iter().any(|about| about.name == name && about.capabilities.synthetic)
}

/// Makes the table, the enum over the adapters and its dispatch from one line a provider.
///
/// `open` lines name sources that jobs can ask; `listed` lines name sources that only appear in the table.
macro_rules! registry {
    ($(open $variant:ident = $module:ident :: $adapter:ident $(<$($generic:ident),+>)?;)+ $(listed $listed:ident;)*) => {
        /// What is known of every source.
        pub(crate) const REGISTRY: &[About] = &[$($module::ABOUT,)+ $($listed::ABOUT,)*];

        /// An opened source, whichever it is.
        pub(crate) enum AnyProvider<T: Transport, B: Budget> {
            $($variant($module::$adapter $(<$($generic),+>)?),)+
        }

        /// Opens the source of this name or alias.
        pub(crate) fn open<T: Transport, B: Budget>(
            name: &str,
            settings: &ProviderSettings,
            network: Network<T, B>,
        ) -> Result<AnyProvider<T, B>, OpenError> {
            $(if registered_name(name) == Some($module::ABOUT.name) {
                return $module::open(settings, network).map(AnyProvider::$variant);
            })+
            let known = [$($module::ABOUT.name),+].join(", ");
            Err(OpenError::UnknownProvider { name: name.chars().take(40).collect(), known })
        }

        impl<T: Transport, B: Budget> MarketData for AnyProvider<T, B> {
            fn name(&self) -> &'static str {
                match self { $(Self::$variant(provider) => provider.name(),)+ }
            }

            fn capabilities(&self) -> Capabilities {
                match self { $(Self::$variant(provider) => provider.capabilities(),)+ }
            }

            fn requests_made(&self) -> u64 {
                match self { $(Self::$variant(provider) => provider.requests_made(),)+ }
            }

            fn tickers_per_call(&self) -> usize {
                match self { $(Self::$variant(provider) => provider.tickers_per_call(),)+ }
            }

            async fn securities(&self, as_of: Day) -> Result<Delivered<Security>, ProviderError> {
                match self { $(Self::$variant(provider) => provider.securities(as_of).await,)+ }
            }

            async fn daily_market(&self, day: Day) -> Result<DailyMarket, ProviderError> {
                match self { $(Self::$variant(provider) => provider.daily_market(day).await,)+ }
            }

            async fn daily_bars(
                &self,
                ticker: &Ticker,
                range: DayRange,
            ) -> Result<Delivered<DailyBar>, ProviderError> {
                match self { $(Self::$variant(provider) => provider.daily_bars(ticker, range).await,)+ }
            }

            async fn intraday_bars(
                &self,
                ticker: &Ticker,
                interval: BarInterval,
                range: DayRange,
            ) -> Result<Delivered<IntradayBar>, ProviderError> {
                match self { $(Self::$variant(provider) => provider.intraday_bars(ticker, interval, range).await,)+ }
            }

            async fn shares(&self, tickers: &[Ticker], as_of: Day) -> Result<Delivered<SharesCount>, ProviderError> {
                match self { $(Self::$variant(provider) => provider.shares(tickers, as_of).await,)+ }
            }

            async fn splits(&self, range: DayRange) -> Result<Delivered<Split>, ProviderError> {
                match self { $(Self::$variant(provider) => provider.splits(range).await,)+ }
            }

            async fn dividends(&self, range: DayRange) -> Result<Delivered<Dividend>, ProviderError> {
                match self { $(Self::$variant(provider) => provider.dividends(range).await,)+ }
            }

            async fn option_chains(
                &self,
                underlying: Option<&Ticker>,
                day: Day,
            ) -> Result<OptionChains, ProviderError> {
                match self { $(Self::$variant(provider) => provider.option_chains(underlying, day).await,)+ }
            }
        }
    };
}

registry! {
    open Sample = sample::Sample;
    open Massive = massive::Massive<T, B>;
    open Fmp = fmp::Fmp<T, B>;
    open Tiingo = tiingo::Tiingo<T, B>;
    listed files;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_aliases_are_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for about in REGISTRY {
            for name in about.aliases.iter().chain([&about.name]) {
                assert!(seen.insert(*name), "{name} is registered twice");
                assert_eq!(registered_name(name), Some(about.name));
            }
        }
        assert_eq!(registered_name("polygon"), Some("massive"));
        assert_eq!(registered_name("bloomberg"), None);
    }

    #[test]
    fn a_provider_is_configured_when_its_required_settings_are_set() {
        let massive = |settings: &ProviderSettings| {
            statuses(settings).into_iter().find(|status| status.about.name == "massive").unwrap().configured
        };
        assert!(!massive(&ProviderSettings::default()));
        assert!(!massive(&ProviderSettings::read(|name| (name == "MASSIVE_API_KEY").then(|| " ".to_owned()))));
        assert!(massive(&ProviderSettings::read(|name| (name == "MASSIVE_API_KEY").then(|| "k".to_owned()))));
    }
}

//! `/providers`: the sources of market data, whether a key is there, and never the key.

use domain::api::{Provider, ProviderCapabilities, ProviderList, ProviderSetting};

use super::request::Call;
use super::respond::{Answer, Reply};
use crate::config::Config;
use crate::providers::{self, ProviderStatus};

/// `GET /providers`: every registered source.
pub(super) async fn list(call: &Call) -> Answer {
    call.query(&[])?;
    Reply::json(&ProviderList { data: shown_of(&call.config) })
}

/// Every registered source as these settings leave it.
pub(crate) fn shown_of(config: &Config) -> Vec<Provider> {
    let in_use = providers::registered_name(&config.provider);
    providers::statuses(&config.provider_settings).iter().map(|status| shown(status, in_use)).collect()
}

fn shown(status: &ProviderStatus, in_use: Option<&str>) -> Provider {
    let about = &status.about;
    let can = about.capabilities;
    Provider {
        name: about.name.to_owned(),
        aliases: about.aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        summary: about.summary.to_owned(),
        serves: ProviderCapabilities {
            securities: can.securities,
            daily_bars: can.daily_market,
            ticker_bars: can.ticker_bars,
            intraday_bars: can.intraday.iter().map(|interval| interval.name().to_owned()).collect(),
            market_caps: can.reported_caps,
            shares: can.shares,
            splits: can.splits,
            dividends: can.dividends,
            option_chains: can.chains,
        },
        synthetic: can.synthetic,
        limits: about.limits.to_owned(),
        settings: about
            .settings
            .iter()
            .map(|setting| ProviderSetting {
                name: setting.name.to_owned(),
                required: setting.required,
                secret: setting.secret,
            })
            .collect(),
        configured: status.configured,
        scheduled: in_use == Some(about.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::ProviderSettings;

    #[test]
    fn a_configured_key_is_told_but_not_shown() {
        let settings = ProviderSettings::read(|name| (name == "MASSIVE_API_KEY").then(|| "hush".to_owned()));
        let shown: Vec<_> =
            providers::statuses(&settings).iter().map(|status| shown(status, Some("massive"))).collect();
        let massive = shown.iter().find(|provider| provider.name == "massive").unwrap();
        assert!(massive.configured && massive.scheduled);
        assert!(!serde_json::to_string(&shown).unwrap().contains("hush"));
    }
}

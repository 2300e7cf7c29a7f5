//! Every setting, read and checked once per isolate.

use std::cell::OnceCell;
use std::rc::Rc;

use worker::Env;

use crate::providers::ProviderSettings;

/// What the service runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Environment {
    /// On someone's own machine.
    Local,
    /// For others: refuses to be open.
    Production,
}

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthMode {
    /// Everyone, as the owner `local`.
    Open,
    /// Whoever has a credential; reads may be public.
    Required,
}

/// Which access tokens are good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Oidc {
    /// The exact `iss` of a token.
    pub(crate) issuer: String,
    /// What `aud` must contain.
    pub(crate) audience: String,
    /// Where the issuer publishes its keys.
    pub(crate) jwks_url: String,
}

/// How the app signs people in with an identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignIn {
    /// The app's name there; a public client, which has no secret.
    pub(crate) client_id: String,
    /// Where people are sent.
    pub(crate) authorization_url: String,
    /// Where codes are exchanged.
    pub(crate) token_url: String,
}

/// The settings of one isolate. It has no `Debug`: some are secrets.
#[derive(Clone)]
pub(crate) struct Config {
    /// `ENVIRONMENT`.
    pub(crate) environment: Environment,
    /// `AUTH_MODE`.
    pub(crate) auth_mode: AuthMode,
    /// `PUBLIC_READS`.
    pub(crate) public_reads: bool,
    /// `OIDC_ISSUER`, `OIDC_AUDIENCE`, `OIDC_JWKS_URL`: all three or none.
    pub(crate) oidc: Option<Oidc>,
    /// `OIDC_CLIENT_ID`, `OIDC_AUTHORIZATION_URL`, `OIDC_TOKEN_URL`: all three or none; with none the app takes keys only.
    pub(crate) sign_in: Option<SignIn>,
    /// `RATE_LIMIT_PER_MINUTE`, per credential or client address; 0 = off.
    pub(crate) rate_limit_per_minute: u32,
    /// `VERSION_TTL_MS`: how long an isolate trusts its copy of a data version.
    pub(crate) version_ttl_ms: i64,
    /// `CORS_ORIGINS`, separated by spaces or commas; `*` = any.
    pub(crate) cors_origins: Vec<String>,
    /// `LOG_REQUESTS` is `all`: one log line for every request, not only for failed ones.
    pub(crate) log_all_requests: bool,
    /// `GRAPHQL_INTROSPECTION`: whether GraphQL tells its schema.
    pub(crate) graphql_introspection: bool,
    /// `INGEST_KEEP_SESSIONS`: how many of the last sessions scheduled ingestion keeps filled.
    pub(crate) ingest_keep_sessions: u32,
    /// `INGEST_SHARES_TOP`: of how many tickers, the most traded first, share counts are asked for.
    pub(crate) ingest_shares_top: u32,
    /// `PROVIDER`: the source that scheduled ingestion asks.
    pub(crate) provider: String,
    /// `PROVIDER_FALLBACKS`, separated by spaces or commas: the sources that may stand in, in order, where it does not deliver.
    pub(crate) provider_fallbacks: Vec<String>,
    /// `CHAIN_UNDERLYINGS`, separated by spaces or commas: whose option chains scheduled ingestion keeps; none = no chains.
    pub(crate) chain_underlyings: Vec<String>,
    /// The providers' own settings, each checked by its provider when it is opened.
    pub(crate) provider_settings: ProviderSettings,
    /// `ALERT_WEBHOOK_URL`; may carry a token, never logged.
    pub(crate) alert_webhook_url: Option<String>,
    /// `BACKTEST_SLICE_ROWS`: quotes that a backtest reads before it lets others go on.
    pub(crate) backtest_slice_rows: u32,
    /// `WEBHOOK_TEST_LOOPBACK`: callbacks may go to http on this very machine. For tests; refused in production.
    pub(crate) webhook_test_loopback: bool,
    /// `RUN_RETENTION_DAYS`: how long finished jobs and run logs are kept; 0 = for ever.
    pub(crate) run_retention_days: u32,
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the setting {name} must be {rule}")]
pub(crate) struct ConfigError {
    /// The variable.
    pub(crate) name: &'static str,
    /// What it must be. The value is not repeated: it may be a misplaced secret.
    pub(crate) rule: String,
}

impl Config {
    /// Reads the settings through `lookup`; an empty value counts as absent.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub(crate) fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let settings =
            Settings(&|name| lookup(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()));
        let environment = settings
            .choice("ENVIRONMENT", &[("local", Environment::Local), ("production", Environment::Production)])?
            .unwrap_or(Environment::Production);
        let rate_limit = if environment == Environment::Production { 600 } else { 0 };
        Ok(Self {
            environment,
            auth_mode: settings
                .choice("AUTH_MODE", &[("open", AuthMode::Open), ("required", AuthMode::Required)])?
                .unwrap_or(AuthMode::Required),
            public_reads: settings.flag("PUBLIC_READS")?.unwrap_or(true),
            oidc: settings.oidc()?,
            sign_in: settings.sign_in()?,
            rate_limit_per_minute: settings.number("RATE_LIMIT_PER_MINUTE", 0, 1_000_000)?.unwrap_or(rate_limit),
            version_ttl_ms: settings.number("VERSION_TTL_MS", 0, 60_000)?.map_or(1_000, i64::from),
            cors_origins: settings.origins()?,
            log_all_requests: settings.choice("LOG_REQUESTS", &[("errors", false), ("all", true)])?.unwrap_or(false),
            graphql_introspection: settings.flag("GRAPHQL_INTROSPECTION")?.unwrap_or(true),
            ingest_keep_sessions: settings.number("INGEST_KEEP_SESSIONS", 1, 2_000)?.unwrap_or(30),
            ingest_shares_top: settings.number("INGEST_SHARES_TOP", 1, 10_000)?.unwrap_or(400),
            provider: settings.text("PROVIDER").unwrap_or_else(|| "sample".to_owned()),
            provider_fallbacks: settings.fallbacks()?,
            chain_underlyings: settings.underlyings()?,
            provider_settings: ProviderSettings::read(&lookup),
            alert_webhook_url: settings.url("ALERT_WEBHOOK_URL")?,
            backtest_slice_rows: settings.number("BACKTEST_SLICE_ROWS", 1, 10_000_000)?.unwrap_or(250_000),
            webhook_test_loopback: settings.test_loopback(environment)?,
            run_retention_days: settings.number("RUN_RETENTION_DAYS", 0, 36_500)?.unwrap_or(400),
        })
    }

    /// The settings of this isolate; they are read and checked on first use.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub(crate) fn of_isolate(env: &Env) -> Result<Rc<Self>, ConfigError> {
        thread_local! {
            static CONFIG: OnceCell<Result<Rc<Config>, ConfigError>> = const { OnceCell::new() };
        }
        CONFIG.with(|config| {
            config
                .get_or_init(|| Self::read(|name| env.var(name).ok().map(|value| value.to_string())).map(Rc::new))
                .clone()
        })
    }

    /// Whether anyone could write although others reach this service.
    pub(crate) fn is_insecure(&self) -> bool {
        self.environment == Environment::Production && self.auth_mode == AuthMode::Open
    }
}

/// Typed reading of settings.
struct Settings<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Settings<'_> {
    fn text(&self, name: &'static str) -> Option<String> {
        (self.0)(name)
    }

    fn choice<T: Copy>(&self, name: &'static str, allowed: &[(&str, T)]) -> Result<Option<T>, ConfigError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let found = allowed.iter().find(|(allowed, _)| *allowed == text).map(|(_, value)| Some(*value));
        found.ok_or_else(|| {
            let names: Vec<_> = allowed.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            ConfigError { name, rule: names.join(" or ") }
        })
    }

    fn flag(&self, name: &'static str) -> Result<Option<bool>, ConfigError> {
        self.choice(name, &[("true", true), ("false", false)])
    }

    fn number(&self, name: &'static str, least: u32, most: u32) -> Result<Option<u32>, ConfigError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        let rule = || ConfigError { name, rule: format!("a whole number from {least} to {most}") };
        number.map(Some).ok_or_else(rule)
    }

    fn url(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let is_http = worker::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if is_http { Ok(Some(text)) } else { Err(ConfigError { name, rule: "an http or https URL".into() }) }
    }

    fn origins(&self) -> Result<Vec<String>, ConfigError> {
        let name = "CORS_ORIGINS";
        let text = self.text(name).unwrap_or_default();
        let origins: Vec<_> =
            text.split([' ', ',']).filter(|part| !part.is_empty()).map(|part| part.trim_end_matches('/')).collect();
        let is_origin = |text: &str| {
            text == "*" || worker::Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
        };
        match origins.iter().find(|origin| !is_origin(origin)) {
            Some(_) => Err(ConfigError { name, rule: "origins such as https://app.example, or *".into() }),
            None => Ok(origins.into_iter().map(str::to_owned).collect()),
        }
    }

    fn test_loopback(&self, environment: Environment) -> Result<bool, ConfigError> {
        let name = "WEBHOOK_TEST_LOOPBACK";
        match (self.flag(name)?.unwrap_or(false), environment) {
            (true, Environment::Production) => Err(ConfigError { name, rule: "unset in production".into() }),
            (allowed, _) => Ok(allowed),
        }
    }

    fn fallbacks(&self) -> Result<Vec<String>, ConfigError> {
        let name = "PROVIDER_FALLBACKS";
        let text = self.text(name).unwrap_or_default();
        let names: Vec<&str> = text.split([' ', ',']).filter(|part| !part.is_empty()).collect();
        match names.iter().find(|name| crate::providers::registered_name(name).is_none()) {
            Some(_) => Err(ConfigError { name, rule: "names of providers, separated by spaces".into() }),
            None => Ok(names.into_iter().map(str::to_owned).collect()),
        }
    }

    fn underlyings(&self) -> Result<Vec<String>, ConfigError> {
        let name = "CHAIN_UNDERLYINGS";
        let text = self.text(name).unwrap_or_default();
        let tickers: Vec<&str> = text.split([' ', ',']).filter(|part| !part.is_empty()).collect();
        match tickers.iter().find(|ticker| !domain::units::Ticker::is_valid(ticker)) {
            Some(_) => Err(ConfigError { name, rule: "tickers, separated by spaces".into() }),
            None => Ok(tickers.into_iter().map(str::to_owned).collect()),
        }
    }

    fn oidc(&self) -> Result<Option<Oidc>, ConfigError> {
        let jwks_url = self.url("OIDC_JWKS_URL")?;
        match (self.text("OIDC_ISSUER"), self.text("OIDC_AUDIENCE"), jwks_url) {
            (None, None, None) => Ok(None),
            (Some(issuer), Some(audience), Some(jwks_url)) => Ok(Some(Oidc { issuer, audience, jwks_url })),
            (issuer, audience, _) => {
                let name = match (issuer, audience) {
                    (None, _) => "OIDC_ISSUER",
                    (_, None) => "OIDC_AUDIENCE",
                    _ => "OIDC_JWKS_URL",
                };
                Err(ConfigError { name, rule: "set when another OIDC setting is: all three or none".into() })
            }
        }
    }
}

impl Settings<'_> {
    fn sign_in(&self) -> Result<Option<SignIn>, ConfigError> {
        let client_id = self.text("OIDC_CLIENT_ID");
        let (authorization_url, token_url) = (self.url("OIDC_AUTHORIZATION_URL")?, self.url("OIDC_TOKEN_URL")?);
        match (client_id, authorization_url, token_url) {
            (None, None, None) => Ok(None),
            (Some(client_id), Some(authorization_url), Some(token_url)) => {
                if self.oidc()?.is_none() {
                    let rule = "set together with OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS_URL".to_owned();
                    return Err(ConfigError { name: "OIDC_CLIENT_ID", rule });
                }
                Ok(Some(SignIn { client_id, authorization_url, token_url }))
            }
            (client_id, authorization_url, _) => {
                let name = match (client_id, authorization_url) {
                    (None, _) => "OIDC_CLIENT_ID",
                    (_, None) => "OIDC_AUTHORIZATION_URL",
                    _ => "OIDC_TOKEN_URL",
                };
                Err(ConfigError { name, rule: "set when another setting of the app's sign-in is".into() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(settings: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(|name| settings.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn nothing_set_is_the_careful_choice() {
        let config = read(&[]).unwrap();
        assert_eq!((config.environment, config.auth_mode), (Environment::Production, AuthMode::Required));
        assert_eq!((config.rate_limit_per_minute, config.version_ttl_ms), (600, 1_000));
        assert!(!config.is_insecure() && config.cors_origins.is_empty() && config.oidc.is_none());
    }

    #[test]
    fn an_open_service_is_insecure_only_in_production() {
        assert!(!read(&[("ENVIRONMENT", "local"), ("AUTH_MODE", "open")]).unwrap().is_insecure());
        assert!(read(&[("ENVIRONMENT", "production"), ("AUTH_MODE", "open")]).unwrap().is_insecure());
    }

    #[test]
    fn a_bad_value_names_the_setting_and_not_the_value() {
        for (name, value) in [
            ("AUTH_MODE", "opne"),
            ("RATE_LIMIT_PER_MINUTE", "-1"),
            ("ALERT_WEBHOOK_URL", "alerts.example"),
            ("VERSION_TTL_MS", "soon"),
            ("CORS_ORIGINS", "https://a.example/path"),
            ("PUBLIC_READS", "yes"),
            ("PROVIDER_FALLBACKS", "fmp bloomberg"),
            ("CHAIN_UNDERLYINGS", "SPX I:SPX"),
        ] {
            let error = read(&[(name, value)]).err().unwrap();
            assert_eq!(error.name, name);
            assert!(!error.to_string().contains(value), "{error}");
        }
    }

    #[test]
    fn callbacks_to_this_machine_are_for_tests_alone() {
        assert!(!read(&[]).unwrap().webhook_test_loopback);
        assert!(read(&[("ENVIRONMENT", "local"), ("WEBHOOK_TEST_LOOPBACK", "true")]).unwrap().webhook_test_loopback);
        let refused = read(&[("ENVIRONMENT", "production"), ("WEBHOOK_TEST_LOOPBACK", "true")]).err().unwrap();
        assert_eq!(refused.name, "WEBHOOK_TEST_LOOPBACK");
    }

    #[test]
    fn the_providers_find_their_own_settings() {
        let config = read(&[("MASSIVE_API_KEY", " hush "), ("PROVIDER", "massive")]).unwrap();
        assert_eq!(config.provider_settings.get("MASSIVE_API_KEY"), Some("hush"));
        assert_eq!(config.provider, "massive");
    }

    #[test]
    fn signing_in_needs_its_three_settings_and_tokens_that_are_good() {
        let oidc = [("OIDC_ISSUER", "i"), ("OIDC_AUDIENCE", "a"), ("OIDC_JWKS_URL", "https://i.example/jwks")];
        let app = [
            ("OIDC_CLIENT_ID", "app"),
            ("OIDC_AUTHORIZATION_URL", "https://i.example/authorize"),
            ("OIDC_TOKEN_URL", "https://i.example/token"),
        ];
        assert!(read(&[oidc, app].concat()).unwrap().sign_in.is_some());
        assert!(read(&oidc).unwrap().sign_in.is_none());
        assert_eq!(read(&app).err().unwrap().name, "OIDC_CLIENT_ID");
        assert_eq!(read(&app[..2]).err().unwrap().name, "OIDC_TOKEN_URL");
        assert_eq!(read(&app[1..]).err().unwrap().name, "OIDC_CLIENT_ID");
    }

    #[test]
    fn oidc_is_whole_or_absent() {
        let whole = [("OIDC_ISSUER", "i"), ("OIDC_AUDIENCE", "a"), ("OIDC_JWKS_URL", "https://i.example/jwks")];
        assert!(read(&whole).unwrap().oidc.is_some());
        assert_eq!(read(&whole[..2]).err().unwrap().name, "OIDC_JWKS_URL");
        assert_eq!(read(&whole[1..]).err().unwrap().name, "OIDC_ISSUER");
    }
}

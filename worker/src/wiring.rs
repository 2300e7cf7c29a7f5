//! Adapters from bindings: the one place that knows which adapter stands behind which port.

pub(crate) mod job_kinds;

use domain::ports::{Clock, StoreError};
use domain::units::UnixMillis;
use worker::Env;

use crate::bindings;
use crate::config::Config;
use crate::providers::http::{Network, PlatformTransport};
use crate::providers::{self, AnyProvider, OpenError};
use crate::stores::d1::D1;
use crate::stores::d1::provider_budgets::D1ProviderBudgets;
use crate::stores::kv_cache::KvCache;
use crate::stores::r2_files::R2Files;
use crate::stores::symbol_streams::SymbolStreams;

/// An opened source.
pub(crate) type Provider<'a> = AnyProvider<PlatformTransport<PlatformClock>, D1ProviderBudgets<'a>>;

/// The platform's clock. It stands still between two inputs or outputs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlatformClock;

impl Clock for PlatformClock {
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds below 2^53")]
    fn now(&self) -> UnixMillis {
        UnixMillis(worker::js_sys::Date::now() as i64)
    }
}

/// The database.
///
/// # Errors
/// [`StoreError::Refused`] when the binding is missing.
pub(crate) fn database(env: &Env) -> Result<D1, StoreError> {
    bindings::db(env).map(D1::new).map_err(|error| StoreError::Refused(error.to_string()))
}

/// A source of this name or alias, with the platform's network and the shared rate budgets.
///
/// # Errors
/// [`OpenError`] for an unknown name or a setting that is missing or unusable.
pub(crate) fn provider<'a>(db: &'a D1, config: &Config, name: &str) -> Result<Provider<'a>, OpenError> {
    let network = Network { transport: PlatformTransport(PlatformClock), budget: D1ProviderBudgets(db) };
    providers::open(name, &config.provider_settings, network)
}

/// The shared cache of answers.
///
/// # Errors
/// Whatever the platform reports when the binding is missing.
pub(crate) fn cache(env: &Env) -> worker::Result<KvCache> {
    bindings::cache(env).map(KvCache)
}

/// The file storage.
///
/// # Errors
/// [`StoreError::Refused`] when the binding is missing.
pub(crate) fn files(env: &Env) -> Result<R2Files, StoreError> {
    bindings::files(env).map(R2Files).map_err(|error| StoreError::Refused(error.to_string()))
}

/// The streams, asked for the sake of the request with this id.
///
/// # Errors
/// [`StoreError::Refused`] when the binding is missing.
pub(crate) fn streams(env: &Env, request_id: &str) -> Result<SymbolStreams, StoreError> {
    let namespace = bindings::streams(env).map_err(|error| StoreError::Refused(error.to_string()))?;
    Ok(SymbolStreams::new(namespace, request_id.to_owned()))
}

/// Whether the cache answers.
pub(crate) async fn cache_answers(env: &Env) -> bool {
    match bindings::cache(env) {
        Ok(cache) => cache.get("ready").text().await.is_ok(),
        Err(_) => false,
    }
}

/// Whether the file storage answers.
pub(crate) async fn storage_answers(env: &Env) -> bool {
    match bindings::files(env) {
        Ok(files) => files.head("ready").await.is_ok(),
        Err(_) => false,
    }
}

/// Whether the stream store answers.
pub(crate) async fn streams_answer(env: &Env) -> bool {
    match streams(env, "") {
        Ok(streams) => streams.answers().await,
        Err(_) => false,
    }
}

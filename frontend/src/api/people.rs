//! Keys, and signing in.

use domain::api::{ApiKeyList, CreateApiKey, CreatedApiKey, ExchangeCode, ExchangedToken, SignInOptions};

use super::{delete, get, post};
use crate::load::Failure;

/// Who needs a credential, and how one is got.
pub(crate) async fn sign_in_options() -> Result<SignInOptions, Failure> {
    get("/sign-in").await
}

/// An access token for the code of an identity provider.
pub(crate) async fn exchange_code(code: &ExchangeCode) -> Result<ExchangedToken, Failure> {
    post("/sign-in/token", code).await
}

/// The latest keys.
pub(crate) async fn keys() -> Result<ApiKeyList, Failure> {
    get("/api-keys?limit=1000").await
}

/// Makes a key.
pub(crate) async fn create_key(wanted: &CreateApiKey) -> Result<CreatedApiKey, Failure> {
    post("/api-keys", wanted).await
}

/// Ends a key.
pub(crate) async fn revoke_key(id: i64) -> Result<(), Failure> {
    delete(&format!("/api-keys/{id}")).await
}

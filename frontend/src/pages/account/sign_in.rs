//! Signing in with an organisation's identity provider: the authorization code flow with PKCE. The code is exchanged by our own
//! service, so that the page asks no other host; what must outlive the way there and back is a verifier that is of no use
//! without the code, and it is removed on return.

use domain::api::{ExchangeCode, OidcOptions};
use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::pkce::base64url;
use crate::address::Address;
use crate::api;
use crate::components::states::Failed;
use crate::credential::credential;
use crate::load::Failure;
use crate::query::Query;

const VERIFIER: &str = "sign-in-verifier";
const STATE: &str = "sign-in-state";

fn redirect_uri() -> String {
    format!("{}/app/account", window().location().origin().unwrap_or_default())
}

fn random_text() -> Option<String> {
    let mut bytes = [0_u8; 32];
    window().crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(base64url(&bytes))
}

async fn challenge_of(verifier: &str) -> Option<String> {
    let subtle = window().crypto().ok()?.subtle();
    let digest = subtle.digest_with_str_and_u8_array("SHA-256", verifier.as_bytes()).ok()?;
    let digest = JsFuture::from(digest).await.ok()?;
    Some(base64url(&Uint8Array::new(&digest).to_vec()))
}

/// Leaves for the identity provider.
pub(super) fn leave(oidc: OidcOptions) {
    spawn_local(async move {
        let Some(link) = prepare(&oidc).await else { return };
        // A browser that refuses to go stays on the page, where the button still is.
        let _ = window().location().assign(&link);
    });
}

async fn prepare(oidc: &OidcOptions) -> Option<String> {
    let (verifier, state) = (random_text()?, random_text()?);
    let storage = window().session_storage().ok()??;
    storage.set_item(VERIFIER, &verifier).ok()?;
    storage.set_item(STATE, &state).ok()?;
    let query = [
        ("response_type", "code".to_owned()),
        ("client_id", oidc.client_id.clone()),
        ("redirect_uri", redirect_uri()),
        ("scope", oidc.scope.clone()),
        ("audience", oidc.audience.clone()),
        ("state", state),
        ("code_challenge", challenge_of(&verifier).await?),
        ("code_challenge_method", "S256".to_owned()),
    ];
    let query = query.into_iter().fold(Query::default(), |query, (name, value)| query.with(name, Some(value)));
    let link = query.after(&oidc.authorization_url);
    Some(link)
}

fn take(name: &str) -> Option<String> {
    let storage = window().session_storage().ok()??;
    let value = storage.get_item(name).ok()?;
    // What cannot be removed could not have been stored.
    let _ = storage.remove_item(name);
    value
}

/// Exchanges the code with which the identity provider sent the person back.
#[component]
pub(super) fn Return() -> impl IntoView {
    let address = Address::here();
    let (code, state, refused) = (address.peek("code"), address.peek("state"), address.peek("error_description"));
    let failure = RwSignal::new(refused.or(address.peek("error")).map(|reason| Failure::of("Not signed in", reason)));
    if code.is_some() || failure.with_untracked(Option::is_some) {
        let cleared = ["code", "state", "iss", "session_state", "error", "error_description"].map(|name| (name, None));
        let (verifier, expected) = (take(VERIFIER), take(STATE));
        address.adjust(&cleared);
        match (code, verifier) {
            (Some(code), Some(verifier)) if state.is_some() && state == expected => {
                spawn_local(async move {
                    let exchange = ExchangeCode { code, code_verifier: verifier, redirect_uri: redirect_uri() };
                    match api::exchange_code(&exchange).await {
                        Ok(token) => credential().use_token(token.access_token),
                        Err(problem) => {
                            failure.try_set(Some(problem));
                        }
                    }
                });
            }
            (Some(_), _) => {
                let detail = "This return belongs to no sign-in of this browser window. Sign in again.";
                failure.set(Some(Failure::of("Not signed in", detail)));
            }
            (None, _) => {}
        }
    }
    move || failure.get().map(|problem| view! { <Failed failure=problem retry=move || failure.set(None) /> })
}

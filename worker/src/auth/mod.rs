//! Who asks, whether they may, and how often.

mod base64url;
mod claims;
mod credential;
#[cfg(test)]
mod foreign_bytes;
mod jwt;
mod rate_limit;
mod scope;

use std::rc::Rc;

use worker::js_sys::Uint8Array;
use worker::wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::config::{AuthMode, Config};
use crate::error::Problem;
use crate::stores::{hex, sha256_hex};

pub(crate) use credential::{forget, identify, presented};
pub(crate) use rate_limit::{Allowance, take};
pub(crate) use scope::{Scope, Scopes};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everyone, whatever the settings.
    Public,
    /// Everyone while `PUBLIC_READS` is on, otherwise whoever has the scope `read`.
    Read,
    /// Whoever has this scope.
    Needs(Scope),
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Principal {
    /// Whose things it reads and makes; `None` for someone without a credential.
    pub(crate) owner: Option<Rc<str>>,
    /// What it may do.
    pub(crate) scopes: Scopes,
}

impl Principal {
    /// Someone without a credential.
    pub(crate) fn anonymous() -> Self {
        Self { owner: None, scopes: Scopes::default() }
    }

    /// Everyone, where `AUTH_MODE` is `open`.
    pub(crate) fn local() -> Self {
        Self { owner: Some("local".into()), scopes: Scopes::all() }
    }

    /// The name under which things are kept. A route that keeps things needs a scope, so someone is always named there; who has
    /// no credential has a name that no key and no token can have, and so nothing.
    pub(crate) fn owner(&self) -> &str {
        self.owner.as_deref().unwrap_or_default()
    }
}

/// A key that nobody has yet.
pub(crate) struct NewSecret {
    /// `eqp_` and 64 hexadecimal digits: 256 random bits.
    pub(crate) text: String,
    /// The SHA-256 of the text, the only form in which it is kept.
    pub(crate) hash: String,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn fill_with_random(bytes: &Uint8Array) -> Result<(), JsValue>;
}

/// Makes a key from the platform's random numbers.
///
/// # Errors
/// 500 when the platform has none to give.
pub(crate) fn new_key() -> Result<NewSecret, Problem> {
    let text = format!("{}{}", credential::KEY_PREFIX, new_token()?);
    let hash = sha256_hex(&text);
    Ok(NewSecret { text, hash })
}

/// 256 random bits as 64 hexadecimal digits.
///
/// # Errors
/// 500 when the platform has none to give.
pub(crate) fn new_token() -> Result<String, Problem> {
    let bytes = Uint8Array::new_with_length(32);
    fill_with_random(&bytes).map_err(|error| Problem::internal(format!("no random numbers: {error:?}")))?;
    Ok(hex(&bytes.to_vec()))
}

/// Whether this principal may use a route with this access rule.
///
/// # Errors
/// 401 for someone without a credential, 403 for a credential without the scope.
pub(crate) fn permit(principal: &Principal, access: Access, config: &Config) -> Result<(), Problem> {
    let scope = match access {
        Access::Public => return Ok(()),
        Access::Read if config.public_reads || config.auth_mode == AuthMode::Open => return Ok(()),
        Access::Read => Scope::Read,
        Access::Needs(scope) => scope,
    };
    if principal.scopes.allow(scope) {
        Ok(())
    } else if principal.owner.is_some() {
        Err(Problem::forbidden(scope.name()))
    } else {
        Err(Problem::unauthenticated(format!(
            "this needs the scope \"{}\": send \"Authorization: Bearer …\" or \"x-api-key: …\"",
            scope.name()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(settings: &[(&str, &str)]) -> Config {
        let find = |name: &str| settings.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
        Config::read(find).unwrap()
    }

    fn keyed(scopes: &str) -> Principal {
        Principal { owner: Some("me".into()), scopes: Scopes::from_names(scopes) }
    }

    fn status(principal: &Principal, access: Access, config: &Config) -> u16 {
        permit(principal, access, config).map_or_else(|problem| problem.status(), |()| 200)
    }

    #[test]
    fn writes_need_their_scope() {
        let config = config(&[]);
        let build = Access::Needs(Scope::Build);
        assert_eq!(status(&Principal::anonymous(), build, &config), 401);
        assert_eq!(status(&keyed("read admin"), build, &config), 403);
        assert_eq!(status(&keyed("build"), build, &config), 200);
        assert_eq!(status(&Principal::local(), build, &config), 200);
    }

    #[test]
    fn reads_are_public_unless_they_are_not() {
        let closed = config(&[("PUBLIC_READS", "false")]);
        assert_eq!(status(&Principal::anonymous(), Access::Read, &config(&[])), 200);
        assert_eq!(status(&Principal::anonymous(), Access::Read, &closed), 401);
        assert_eq!(status(&keyed("build"), Access::Read, &closed), 403);
        assert_eq!(status(&keyed("read"), Access::Read, &closed), 200);
        assert_eq!(status(&Principal::anonymous(), Access::Public, &closed), 200);
    }
}

//! From what a request carries to who asks.

use std::cell::RefCell;
use std::collections::HashMap;

use domain::units::UnixMillis;

use super::{Principal, Scopes, jwt};
use crate::config::Config;
use crate::error::Problem;
use crate::stores::d1::{D1, api_keys};
use crate::stores::sha256_hex;

/// What every API key begins with, so that a leaked one is recognised.
pub(crate) const KEY_PREFIX: &str = "eqp_";

/// How long an isolate trusts that a credential is still good. A key revoked through another isolate works that much longer.
const TRUST_MS: i64 = 5_000;
/// Credentials remembered at most.
const MOST_REMEMBERED: usize = 10_000;

/// A credential that was good a moment ago.
#[derive(Clone)]
struct Remembered {
    principal: Principal,
    seen_ms: i64,
    until_ms: i64,
}

impl Remembered {
    /// Whether it is still trusted. One that was seen later than now was seen before the clock went back: nothing is known of it.
    const fn holds(&self, now_ms: i64) -> bool {
        self.seen_ms <= now_ms && now_ms < self.until_ms
    }
}

thread_local! {
    /// By the SHA-256 of the credential: a memory dump opens nothing.
    static REMEMBERED: RefCell<HashMap<String, Remembered>> = RefCell::new(HashMap::new());
}

/// The credential in the two headers; `Authorization` goes before `x-api-key`.
///
/// # Errors
/// 401 for another scheme than `Bearer`.
pub(crate) fn presented(authorization: Option<&str>, api_key: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(authorization) = authorization else {
        return Ok(api_key.map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned));
    };
    match authorization.trim().split_once(' ') {
        Some((scheme, credential)) if scheme.eq_ignore_ascii_case("bearer") && !credential.trim().is_empty() => {
            Ok(Some(credential.trim().to_owned()))
        }
        _ => Err(Problem::unauthenticated("expected \"Authorization: Bearer …\"")),
    }
}

/// Whose a credential is; the second value names it, for counting requests.
///
/// # Errors
/// 401 for a credential that is not good, 503 when that cannot be found out.
pub(crate) async fn identify(
    credential: &str,
    config: &Config,
    db: &D1,
    now: UnixMillis,
) -> Result<(Principal, String), Problem> {
    let hash = sha256_hex(credential);
    let remembered = REMEMBERED.with_borrow(|all| all.get(&hash).filter(|found| found.holds(now.0)).cloned());
    if let Some(found) = remembered {
        return Ok((found.principal, hash));
    }
    let (principal, until_ms) = if credential.starts_with(KEY_PREFIX) {
        let Some(key) = api_keys::find_good(db, &hash).await? else {
            return Err(Problem::unauthenticated("the API key is not known or was revoked"));
        };
        (Principal { owner: Some(key.owner.into()), scopes: Scopes::from_names(&key.scopes) }, now.0 + TRUST_MS)
    } else if let Some(oidc) = &config.oidc {
        let (principal, good_until_ms) = jwt::principal_of(credential, oidc, now).await?;
        (principal, good_until_ms.min(now.0 + TRUST_MS))
    } else {
        return Err(Problem::unauthenticated("expected an API key (eqp_…); no token issuer is configured"));
    };
    REMEMBERED.with_borrow_mut(|all| {
        if all.len() >= MOST_REMEMBERED {
            all.retain(|_, found| found.holds(now.0));
        }
        all.insert(hash.clone(), Remembered { principal: principal.clone(), seen_ms: now.0, until_ms });
    });
    Ok((principal, hash))
}

/// Forgets a credential at once, by its hash.
pub(crate) fn forget(hash: &str) {
    REMEMBERED.with_borrow_mut(|all| all.remove(hash));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_comes_in_either_header() {
        let found = |authorization, key| presented(authorization, key).unwrap();
        assert_eq!(found(Some("Bearer eqp_1"), None).as_deref(), Some("eqp_1"));
        assert_eq!(found(Some("bearer  t "), Some("eqp_2")).as_deref(), Some("t"));
        assert_eq!(found(None, Some(" eqp_2 ")).as_deref(), Some("eqp_2"));
        assert_eq!((found(None, None), found(None, Some(""))), (None, None));
        for wrong in ["", "Basic dTpw", "Bearer", "Bearer ", "eqp_1"] {
            assert_eq!(presented(Some(wrong), None).unwrap_err().status(), 401, "{wrong}");
        }
    }

    fn config() -> Config {
        Config::read(|_| None).unwrap()
    }

    #[test]
    fn a_key_is_trusted_for_a_moment_and_forgotten_when_revoked() {
        let db = D1::in_memory();
        let hash = sha256_hex("eqp_good");
        let key = api_keys::NewKey { hash: &hash, owner: "me", name: "n", scopes: "build" };
        let id = pollster::block_on(api_keys::add(&db, key, UnixMillis(0))).unwrap();
        let identify = |now| pollster::block_on(identify("eqp_good", &config(), &db, UnixMillis(now)));
        assert_eq!(identify(0).unwrap().0.owner(), "me");
        pollster::block_on(api_keys::revoke(&db, id, UnixMillis(1))).unwrap();
        assert!(identify(TRUST_MS - 1).is_ok());
        assert_eq!(identify(TRUST_MS).unwrap_err().status(), 401);
        forget(&hash);
        assert_eq!(identify(1).unwrap_err().status(), 401);
    }

    #[test]
    fn a_clock_that_goes_back_does_not_make_trust_longer() {
        let db = D1::in_memory();
        let hash = sha256_hex("eqp_kept");
        let key = api_keys::NewKey { hash: &hash, owner: "me", name: "n", scopes: "read" };
        let id = pollster::block_on(api_keys::add(&db, key, UnixMillis(0))).unwrap();
        let identify = |now| pollster::block_on(identify("eqp_kept", &config(), &db, UnixMillis(now)));
        assert!(identify(3_600_000).is_ok());
        pollster::block_on(api_keys::revoke(&db, id, UnixMillis(1))).unwrap();
        assert!(identify(3_600_001).is_ok());
        assert_eq!(identify(3_599_999).unwrap_err().status(), 401);
    }

    #[test]
    fn what_is_neither_key_nor_token_is_refused() {
        let db = D1::in_memory();
        for credential in ["eqp_unknown", "abc", "a.b.c", "' or 1=1 --"] {
            let refused = pollster::block_on(identify(credential, &config(), &db, UnixMillis(0))).unwrap_err();
            assert_eq!(refused.status(), 401, "{credential}");
        }
    }
}

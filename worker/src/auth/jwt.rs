//! Access tokens of an OpenID Connect issuer: the signature is checked by the platform's WebCrypto against the issuer's
//! published keys, which are kept for ten minutes.

use std::cell::RefCell;
use std::rc::Rc;

use domain::units::UnixMillis;
use serde::{Deserialize, Serialize};
use worker::js_sys::{self, Uint8Array};
use worker::wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use worker::wasm_bindgen_futures::JsFuture;

use super::base64url;
use super::claims::{Algorithm, Token};
use super::{Principal, Scopes};
use crate::config::Oidc;
use crate::error::Problem;
use crate::outbound::{self, OutboundRequest};

/// How long the issuer's keys are kept.
const KEEP_MS: i64 = 600_000;
/// How soon they are asked for again when a token names a key that is not among them: anyone can send such a token.
const ASK_AGAIN_MS: i64 = 60_000;
const TIMEOUT_MS: u32 = 5_000;
const MAX_JWKS_BYTES: usize = 256 * 1_024;
/// 2 048 bits; shorter RSA keys can be broken.
const LEAST_RSA_BYTES: usize = 256;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = importKey)]
    fn import_key(
        format: &str,
        key: &JsValue,
        algorithm: &JsValue,
        extractable: bool,
        usages: &JsValue,
    ) -> Result<js_sys::Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"])]
    fn verify(
        algorithm: &JsValue,
        key: &JsValue,
        signature: &Uint8Array,
        signed: &Uint8Array,
    ) -> Result<js_sys::Promise, JsValue>;
}

/// One published key (RFC 7517). Fields of other kinds of keys are passed over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

#[derive(Clone)]
struct Kept {
    at: UnixMillis,
    keys: Rc<Vec<Jwk>>,
}

thread_local! {
    static KEYS: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// Who sent this token, and until when it is good (Unix milliseconds).
///
/// # Errors
/// 401 for a token that is not good, 503 when the issuer's keys cannot be had.
pub(super) async fn principal_of(text: &str, oidc: &Oidc, now: UnixMillis) -> Result<(Principal, i64), Problem> {
    let token = Token::parse(text).map_err(Problem::unauthenticated)?;
    // The claims first: they cost nothing, and a token for someone else is no reason to ask the issuer.
    let subject = token.claims.check(oidc, now).map_err(Problem::unauthenticated)?;
    let keys = keys_for(&token, oidc, now).await?;
    for key in candidates(&keys, &token) {
        // A key that the platform cannot import cannot have signed this.
        if is_signed_by(&token, key).await.unwrap_or(false) {
            let scopes: Scopes = token.claims.scopes();
            #[expect(clippy::cast_possible_truncation, reason = "a float cast to an integer saturates")]
            let good_until = (token.claims.exp.unwrap_or_default() * 1_000.0) as i64;
            return Ok((Principal { owner: Some(subject.into()), scopes }, good_until));
        }
    }
    Err(Problem::unauthenticated("the token's signature is not by a published key of its issuer"))
}

/// The published keys that may have signed the token.
fn candidates<'a>(keys: &'a [Jwk], token: &'a Token) -> impl Iterator<Item = &'a Jwk> {
    let named = move |key: &&Jwk| token.key_id.is_none() || key.kid.is_none() || key.kid == token.key_id;
    keys.iter().filter(named).filter(move |key| key.fits(token.algorithm))
}

impl Jwk {
    fn fits(&self, algorithm: Algorithm) -> bool {
        let (name, fits) = match algorithm {
            Algorithm::Rs256 => {
                let bytes = self.n.as_deref().and_then(base64url::decode).map_or(0, |n| n.len());
                ("RS256", self.kty == "RSA" && bytes >= LEAST_RSA_BYTES)
            }
            Algorithm::Es256 => ("ES256", self.kty == "EC" && self.crv.as_deref() == Some("P-256")),
        };
        fits && self.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && self.alg.as_deref().is_none_or(|alg| alg == name)
    }

    /// The parts that WebCrypto needs, and no others: it refuses a key whose `use`, `key_ops` or `ext` it dislikes.
    fn to_import(&self) -> String {
        #[derive(Serialize)]
        struct Parts<'a> {
            kty: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            crv: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            n: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            e: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            x: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            y: Option<&'a str>,
        }
        let parts = Parts {
            kty: &self.kty,
            crv: self.crv.as_deref(),
            n: self.n.as_deref(),
            e: self.e.as_deref(),
            x: self.x.as_deref(),
            y: self.y.as_deref(),
        };
        serde_json::to_string(&parts).unwrap_or_default()
    }
}

async fn is_signed_by(token: &Token, key: &Jwk) -> Result<bool, JsValue> {
    let algorithm = js_sys::JSON::parse(match token.algorithm {
        Algorithm::Rs256 => r#"{"name": "RSASSA-PKCS1-v1_5", "hash": "SHA-256"}"#,
        Algorithm::Es256 => r#"{"name": "ECDSA", "namedCurve": "P-256", "hash": "SHA-256"}"#,
    })?;
    let (jwk, usages) = (js_sys::JSON::parse(&key.to_import())?, js_sys::JSON::parse(r#"["verify"]"#)?);
    let imported = JsFuture::from(import_key("jwk", &jwk, &algorithm, false, &usages)?).await?;
    let (signature, signed) = (Uint8Array::from(token.signature.as_slice()), Uint8Array::from(token.signed.as_slice()));
    Ok(JsFuture::from(verify(&algorithm, &imported, &signature, &signed)?).await?.is_truthy())
}

/// The issuer's keys: those kept, unless they are old or lack the key that the token names.
async fn keys_for(token: &Token, oidc: &Oidc, now: UnixMillis) -> Result<Rc<Vec<Jwk>>, Problem> {
    let kept = KEYS.with_borrow(Clone::clone);
    if let Some(kept) = &kept {
        let has_candidate = candidates(&kept.keys, token).next().is_some();
        if is_fresh(now.ms_since(kept.at), has_candidate) {
            return Ok(kept.keys.clone());
        }
    }
    match fetch_keys(&oidc.jwks_url).await {
        Ok(keys) => {
            let keys = Rc::new(keys);
            KEYS.set(Some(Kept { at: now, keys: keys.clone() }));
            Ok(keys)
        }
        // An issuer that is down for a while does not lock out whoever its known keys have signed for.
        Err(error) => kept.map(|kept| kept.keys).ok_or_else(|| {
            Problem::unavailable("identity_provider_unavailable", "the token issuer's keys cannot be had", error)
        }),
    }
}

/// Whether keys of this age will do. An age below 0 says that the clock went back, so nothing is known of it.
fn is_fresh(age_ms: i64, has_candidate: bool) -> bool {
    (0..if has_candidate { KEEP_MS } else { ASK_AGAIN_MS }).contains(&age_ms)
}

async fn fetch_keys(url: &str) -> Result<Vec<Jwk>, String> {
    let request = OutboundRequest {
        url: url.to_owned(),
        headers: vec![("accept", "application/json".to_owned())],
        form: None,
        json: None,
        timeout_ms: TIMEOUT_MS,
        max_bytes: MAX_JWKS_BYTES,
        follow_redirects: true,
    };
    let answer = outbound::fetch(&request).await.map_err(|error| error.to_string())?;
    if answer.status != 200 {
        return Err(format!("the key set answered with status {}", answer.status));
    }
    parse_keys(&answer.body)
}

/// The keys of a set; those of kinds not known here are passed over.
pub(super) fn parse_keys(body: &[u8]) -> Result<Vec<Jwk>, String> {
    let set: KeySet = serde_json::from_slice(body).map_err(|error| format!("not a key set: {error}"))?;
    Ok(set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"alg":"ES256","kid":"k"}` and `{}`.
    const TOKEN: &str = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.e30.AQI";

    fn keys(set: &serde_json::Value) -> Vec<Jwk> {
        parse_keys(set.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn only_keys_that_fit_the_token_are_tried() {
        let keys = keys(&serde_json::json!({"keys": [
            {"kty": "EC", "crv": "P-256", "kid": "k", "x": "AA", "y": "AA"},
            {"kty": "EC", "crv": "P-256", "kid": "other", "x": "AA", "y": "AA"},
            {"kty": "EC", "crv": "P-384", "kid": "k", "x": "AA", "y": "AA"},
            {"kty": "EC", "crv": "P-256", "kid": "k", "use": "enc", "x": "AA", "y": "AA"},
            {"kty": "oct", "kid": "k", "k": "AA"},
            {"kid": "k"},
        ]}));
        let token = Token::parse(TOKEN).unwrap();
        assert_eq!(candidates(&keys, &token).count(), 1);
    }

    #[test]
    fn short_rsa_keys_are_not_trusted() {
        let key = |bytes: usize| {
            // Four base64 digits are three bytes.
            let n = "AAAA".repeat(bytes / 3) + if bytes % 3 == 1 { "AA" } else { "" };
            keys(&serde_json::json!({"keys": [{"kty": "RSA", "n": n, "e": "AQAB"}]})).remove(0)
        };
        assert!(key(256).fits(Algorithm::Rs256));
        assert!(!key(255).fits(Algorithm::Rs256) && !key(256).fits(Algorithm::Es256));
    }

    #[test]
    fn keys_are_asked_for_again_after_ten_minutes_or_one_and_when_the_clock_went_back() {
        assert!(is_fresh(0, true) && is_fresh(KEEP_MS - 1, true) && !is_fresh(KEEP_MS, true));
        assert!(is_fresh(ASK_AGAIN_MS - 1, false) && !is_fresh(ASK_AGAIN_MS, false));
        assert!(!is_fresh(-1, true) && !is_fresh(-86_400_000, false));
    }

    #[test]
    fn what_is_not_a_key_set_is_an_error() {
        for body in ["", "<html>", "[]", "{}", "{\"keys\": 1}"] {
            assert!(parse_keys(body.as_bytes()).is_err(), "{body}");
        }
    }
}

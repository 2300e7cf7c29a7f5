//! What a token says, and whether that is good here and at this time. Signatures are checked in `jwt`.

use domain::units::UnixMillis;
use serde::Deserialize;

use super::base64url;
use super::{Scope, Scopes};
use crate::config::Oidc;

/// How far the issuer's clock may be off.
const LEEWAY_S: f64 = 60.0;

/// The signature algorithms that are accepted. `none` and the symmetric ones are not among them: with a symmetric one, whoever
/// can read the public key set could sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Es256,
}

/// A token taken apart, nothing about it checked yet.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) algorithm: Algorithm,
    /// Which of the issuer's keys signed it.
    pub(super) key_id: Option<String>,
    /// The bytes that are signed.
    pub(super) signed: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) claims: Claims,
}

/// The claims that are looked at.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    iss: Option<String>,
    aud: Option<OneOrMany>,
    sub: Option<String>,
    /// Seconds since 1970; may have a fraction (RFC 7519, NumericDate).
    pub(super) exp: Option<f64>,
    nbf: Option<f64>,
    iat: Option<f64>,
    scope: Option<OneOrMany>,
    scp: Option<OneOrMany>,
    permissions: Option<OneOrMany>,
}

/// Issuers write a single value as itself and several as an array.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn contains(&self, wanted: &str) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::Many(many) => many.iter().any(|one| one == wanted),
        }
    }

    fn scopes(&self) -> Scopes {
        match self {
            Self::One(names) => Scopes::from_names(names),
            Self::Many(names) => Scopes::from_names(&names.join(" ")),
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

impl Token {
    /// Takes a token in compact form apart.
    ///
    /// # Errors
    /// What is wrong with it, to be told to whoever sent it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        const MALFORMED: &str = "the token is neither an API key (eqp_…) nor a signed JWT";
        let mut parts = text.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(MALFORMED);
        };
        let signed = text.as_bytes()[..header.len() + 1 + claims.len()].to_vec();
        let header: Header = decode_json(header).ok_or(MALFORMED)?;
        let algorithm = match header.alg.as_str() {
            "RS256" => Algorithm::Rs256,
            "ES256" => Algorithm::Es256,
            _ => return Err("the token's algorithm must be RS256 or ES256"),
        };
        if header.crit.is_some() {
            return Err("the token demands an extension that is not known here");
        }
        let claims = decode_json(claims).ok_or(MALFORMED)?;
        let signature = base64url::decode(signature).ok_or(MALFORMED)?;
        Ok(Self { algorithm, key_id: header.kid, signed, signature, claims })
    }
}

fn decode_json<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&base64url::decode(part)?).ok()
}

impl Claims {
    /// Whether the token is meant for this service and good at this time; answers whose it is.
    ///
    /// # Errors
    /// Which claim is not good, to be told to whoever sent it.
    pub(super) fn check(&self, oidc: &Oidc, now: UnixMillis) -> Result<&str, &'static str> {
        #[expect(clippy::cast_precision_loss, reason = "Unix milliseconds are below 2^53")]
        let now_s = now.0 as f64 / 1_000.0;
        if self.iss.as_deref() != Some(oidc.issuer.as_str()) {
            return Err("the token is from another issuer");
        }
        if !self.aud.as_ref().is_some_and(|audience| audience.contains(&oidc.audience)) {
            return Err("the token is for another audience");
        }
        match self.exp {
            None => return Err("the token has no expiry"),
            Some(exp) if now_s >= exp + LEEWAY_S => return Err("the token has expired"),
            Some(_) => {}
        }
        if self.nbf.is_some_and(|nbf| nbf > now_s + LEEWAY_S) {
            return Err("the token is not valid yet");
        }
        if self.iat.is_some_and(|iat| iat > now_s + LEEWAY_S) {
            return Err("the token was issued in the future");
        }
        self.sub.as_deref().filter(|sub| !sub.is_empty()).ok_or("the token names no subject")
    }

    /// What the token allows: whatever `scope`, `scp` or `permissions` name.
    pub(super) fn scopes(&self) -> Scopes {
        let named = [&self.scope, &self.scp, &self.permissions];
        let all = named.into_iter().flatten().map(OneOrMany::scopes);
        all.fold(Scopes::default(), |sum, scopes| {
            Scope::ALL.into_iter().filter(|scope| scopes.allow(*scope)).fold(sum, Scopes::with)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oidc() -> Oidc {
        Oidc {
            issuer: "https://i.example/".into(),
            audience: "equipoise".into(),
            jwks_url: "https://i.example/k".into(),
        }
    }

    fn claims(changes: &serde_json::Value) -> Claims {
        let mut claims = serde_json::json!({
            "iss": "https://i.example/", "aud": ["other", "equipoise"], "sub": "u1", "exp": 1_000, "nbf": 900,
            "scope": "openid read", "permissions": ["build", "x"],
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        serde_json::from_value(claims).unwrap()
    }

    fn check(changes: &serde_json::Value, now_s: i64) -> Result<String, &'static str> {
        claims(changes).check(&oidc(), UnixMillis(now_s * 1_000)).map(str::to_owned)
    }

    #[test]
    fn a_good_token_names_its_subject_and_scopes() {
        assert_eq!(check(&serde_json::json!({}), 950), Ok("u1".to_owned()));
        assert_eq!(check(&serde_json::json!({"aud": "equipoise"}), 950), Ok("u1".to_owned()));
        assert_eq!(claims(&serde_json::json!({"scp": ["ingest"]})).scopes().names(), ["read", "ingest", "build"]);
    }

    #[test]
    fn times_have_a_minute_of_leeway() {
        let nothing = serde_json::json!({});
        assert!(check(&nothing, 1_059).is_ok() && check(&nothing, 840).is_ok());
        assert_eq!(check(&nothing, 1_060), Err("the token has expired"));
        assert_eq!(check(&nothing, 839), Err("the token is not valid yet"));
        let issued = |iat: f64| check(&serde_json::json!({"iat": iat}), 950);
        assert!(issued(900.0).is_ok() && issued(1_010.0).is_ok());
        assert_eq!(issued(1_010.5), Err("the token was issued in the future"));
    }

    #[test]
    fn tokens_of_others_are_refused() {
        for changes in [
            serde_json::json!({"iss": "https://i.example"}),
            serde_json::json!({"iss": null}),
            serde_json::json!({"aud": "equipoise2"}),
            serde_json::json!({"aud": null}),
            serde_json::json!({"exp": null}),
            serde_json::json!({"sub": ""}),
        ] {
            assert!(check(&changes, 950).is_err(), "{changes}");
        }
    }

    #[test]
    fn unsigned_and_symmetric_tokens_are_refused() {
        // {"alg":"none"}, {"alg":"HS256"}, {"alg":"RS256","crit":["b64"]}, each with the claims {}.
        for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJSUzI1NiIsImNyaXQiOlsiYjY0Il19"] {
            assert!(Token::parse(&format!("{header}.e30.AA")).is_err(), "{header}");
        }
        // {"alg":"ES256","kid":"k"} and {}.
        let token = Token::parse("eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.e30.AQI").unwrap();
        assert_eq!((token.algorithm, token.key_id.as_deref()), (Algorithm::Es256, Some("k")));
        assert_eq!(token.signed, b"eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.e30");
        assert_eq!(token.signature, [1, 2]);
        for text in ["", "a", "a.b", "a.b.c", "eyJhbGciOiJFUzI1NiJ9.e30.AQI.x", "eyJhbGciOiJFUzI1NiJ9.e30"] {
            assert!(Token::parse(text).is_err(), "{text}");
        }
    }
}

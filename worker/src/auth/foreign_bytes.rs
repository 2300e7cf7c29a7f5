//! Whatever is sent as a token, or published as keys, is read or refused, and a token that was changed is not the one before.

use domain::testing::{Edit, edited};
use domain::units::UnixMillis;
use proptest::prelude::*;

use super::base64url;
use super::claims::Token;
use super::jwt::parse_keys;
use crate::config::Oidc;

const HEADER: &[u8] = br#"{"alg":"RS256","kid":"k","typ":"JWT"}"#;
const CLAIMS: &[u8] = br#"{"iss":"https://i.example/","aud":["other","equipoise"],"sub":"u1","exp":1000,"nbf":900,"scope":"openid read"}"#;
const KEYS: &[u8] = br#"{"keys":[{"kty":"EC","crv":"P-256","kid":"k","x":"AA","y":"AA","use":"sig"},{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#;

/// As [`base64url`] writes it, which the product never does.
fn encoded(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        let digits = (0..=group.len()).map(|at| char::from(DIGITS[(bits >> (18 - 6 * at)) as usize & 63]));
        text.extend(digits);
    }
    text
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    proptest::collection::vec(any::<Edit>(), 0..5)
}

fn is_for_us(token: &Token) -> bool {
    let oidc = Oidc {
        issuer: "https://i.example/".into(),
        audience: "equipoise".into(),
        jwks_url: "https://i.example/k".into(),
    };
    token.claims.check(&oidc, UnixMillis(950_000)).is_ok()
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        prop_assert_eq!(base64url::decode(&encoded(&bytes)), Some(bytes));
    }

    #[test]
    fn a_damaged_token_is_read_or_refused(header in edits(), claims in edits(), whole in edits()) {
        let parts = [edited(HEADER, &header), edited(CLAIMS, &claims), vec![7; 64]].map(|part| encoded(&part));
        let text = String::from_utf8_lossy(&edited(parts.join(".").as_bytes(), &whole)).into_owned();
        if let Ok(token) = Token::parse(&text) {
            // What is checked by the signature is what was sent, to the byte.
            prop_assert!(text.as_bytes().starts_with(&token.signed) && text.as_bytes()[token.signed.len()] == b'.');
            if is_for_us(&token) {
                prop_assert!(token.claims.exp.is_some_and(|exp| exp > 889.0));
            }
            let _ = token.claims.scopes();
        }
    }

    #[test]
    fn damaged_keys_are_read_or_refused(edits in edits()) {
        if let Ok(keys) = parse_keys(&edited(KEYS, &edits)) {
            prop_assert!(keys.len() <= KEYS.len());
        }
    }

    #[test]
    fn noise_is_no_token(text in "\\PC{0,80}") {
        prop_assert!(Token::parse(&text).is_err());
    }
}

#[test]
fn the_token_that_is_damaged_here_is_good() {
    let text = [HEADER, CLAIMS, &[7; 64]].map(encoded).join(".");
    assert!(is_for_us(&Token::parse(&text).unwrap()));
    assert_eq!(parse_keys(KEYS).unwrap().len(), 2);
}

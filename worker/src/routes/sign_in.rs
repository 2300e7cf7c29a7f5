//! `/sign-in`: what the app must know to sign a person in, and the exchange of the code they come back with. The app could ask
//! the identity provider itself, but then its content security policy would have to name another host.

use domain::api::{ExchangeCode, ExchangedToken, OidcOptions, SignInOptions};
use serde::Deserialize;

use super::request::Call;
use super::respond::{Answer, Reply};
use crate::config::{AuthMode, Config, SignIn};
use crate::error::{Problem, field_error};
use crate::outbound::{self, OutboundRequest};

const TIMEOUT_MS: u32 = 10_000;
const LARGEST_ANSWER_BYTES: usize = 64 << 10;
/// Codes and verifiers are far shorter; RFC 7636 ends a verifier at 128.
const LONGEST_FIELD: usize = 4_096;

/// `GET /sign-in`: who needs a credential here, and how one is got.
pub(super) async fn options(call: &Call) -> Answer {
    call.query(&[])?;
    Reply::json(&options_of(&call.config))
}

fn options_of(config: &Config) -> SignInOptions {
    let oidc = config.oidc.as_ref().zip(config.sign_in.as_ref()).map(|(oidc, sign_in)| OidcOptions {
        issuer: oidc.issuer.clone(),
        client_id: sign_in.client_id.clone(),
        audience: oidc.audience.clone(),
        scope: "openid".to_owned(),
        authorization_url: sign_in.authorization_url.clone(),
    });
    let auth_mode = match config.auth_mode {
        AuthMode::Open => "open",
        AuthMode::Required => "required",
    };
    SignInOptions { auth_mode: auth_mode.to_owned(), public_reads: config.public_reads, oidc }
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Option<String>,
    expires_in: Option<u32>,
    error: Option<String>,
    error_description: Option<String>,
}

/// `POST /sign-in/token`: hands the code on to the identity provider, and its access token back. Nothing of it is kept.
pub(super) async fn exchange(call: &Call) -> Answer {
    call.query(&[])?;
    let request: ExchangeCode = call.json().await?;
    let Some(sign_in) = &call.config.sign_in else {
        return Err(Problem::conflict("sign_in_not_configured", "signing in with an organisation is not set up here"));
    };
    let fields =
        [("code", &request.code), ("code_verifier", &request.code_verifier), ("redirect_uri", &request.redirect_uri)];
    let wrong = fields.iter().filter(|(_, value)| value.is_empty() || value.len() > LONGEST_FIELD);
    let errors: Vec<_> =
        wrong.map(|(name, _)| field_error(name, None, format!("1 to {LONGEST_FIELD} characters"))).collect();
    if !errors.is_empty() {
        return Err(Problem::invalid_fields(errors));
    }
    let outbound = OutboundRequest {
        url: sign_in.token_url.clone(),
        headers: vec![("accept", "application/json".to_owned())],
        json: None,
        form: Some(form_of(&request, sign_in)),
        timeout_ms: TIMEOUT_MS,
        max_bytes: LARGEST_ANSWER_BYTES,
        follow_redirects: false,
    };
    let answer = outbound::fetch(&outbound).await.map_err(|error| {
        Problem::unavailable("identity_provider_unavailable", "the identity provider does not answer", error)
    })?;
    let token = token_of(answer.status, &answer.body)?;
    Ok(Reply::json(&token)?.with_header("cache-control", "no-store"))
}

fn form_of(request: &ExchangeCode, sign_in: &SignIn) -> String {
    let mut form = String::new();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &request.code),
        ("code_verifier", &request.code_verifier),
        ("redirect_uri", &request.redirect_uri),
        ("client_id", &sign_in.client_id),
    ];
    for (name, value) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(name);
        form.push('=');
        form.push_str(&encoded(value));
    }
    form
}

/// A value of a form; everything but letters and digits is escaped.
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// The token in an answer; what the identity provider refuses is told in its own words, which are meant for the person.
fn token_of(status: u16, body: &[u8]) -> Result<ExchangedToken, Problem> {
    let unreadable = || {
        Problem::unavailable(
            "identity_provider_unavailable",
            "the identity provider gave no token",
            format!("it answered {status}"),
        )
    };
    let answer: TokenAnswer = serde_json::from_slice(body).map_err(|_| unreadable())?;
    match (status, answer.access_token) {
        (200, Some(access_token)) => Ok(ExchangedToken { access_token, expires_in: answer.expires_in }),
        _ => match answer.error_description.or(answer.error) {
            Some(reason) => Err(Problem::refused("sign_in_refused", reason.chars().take(300).collect::<String>())),
            None => Err(unreadable()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_names_the_client_and_escapes_values() {
        let request = ExchangeCode {
            code: "a/b+c".into(),
            code_verifier: "v-._~".into(),
            redirect_uri: "https://app.example/app/account".into(),
        };
        let sign_in = SignIn {
            client_id: "app".into(),
            authorization_url: "https://id.example/authorize".into(),
            token_url: "https://id.example/token".into(),
        };
        assert_eq!(
            form_of(&request, &sign_in),
            "grant_type=authorization_code&code=a%2Fb%2Bc&code_verifier=v-._~\
             &redirect_uri=https%3A%2F%2Fapp.example%2Fapp%2Faccount&client_id=app"
        );
    }

    #[test]
    fn a_token_is_taken_and_a_refusal_told() {
        let token = token_of(200, br#"{"access_token": "t", "expires_in": 60, "id_token": "i"}"#).unwrap();
        assert_eq!((token.access_token.as_str(), token.expires_in), ("t", Some(60)));
        let refused =
            token_of(400, br#"{"error": "invalid_grant", "error_description": "code expired"}"#).err().unwrap();
        assert_eq!(refused.status(), 422);
        for (status, body) in [(200, &b"<html>"[..]), (500, b"{}"), (200, b"{}")] {
            assert!(token_of(status, body).err().unwrap().status() >= 500, "{status}");
        }
    }
}

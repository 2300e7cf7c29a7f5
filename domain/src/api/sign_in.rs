//! Signing a person in to the app.

use serde::{Deserialize, Serialize};

/// The answer of `GET /sign-in`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInOptions {
    /// `open`: nobody needs a credential; `required`: writes do.
    pub auth_mode: String,
    /// Whether reads need none.
    pub public_reads: bool,
    /// The organisation's identity provider; `null` where none is set up.
    pub oidc: Option<OidcOptions>,
}

/// What a page must know for the authorization code flow with PKCE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OidcOptions {
    /// Who issues the tokens.
    pub issuer: String,
    /// The app's name there.
    pub client_id: String,
    /// What a token must be for.
    pub audience: String,
    /// What to ask for.
    pub scope: String,
    /// Where the person is sent.
    pub authorization_url: String,
}

/// The body of `POST /sign-in/token`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExchangeCode {
    /// The code that the identity provider sent back.
    pub code: String,
    /// The verifier whose challenge the person was sent with.
    pub code_verifier: String,
    /// Where the person was sent back to.
    pub redirect_uri: String,
}

/// The answer of `POST /sign-in/token`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangedToken {
    /// To be sent as `Authorization: Bearer`.
    pub access_token: String,
    /// Seconds until it expires; `null` where the identity provider does not say.
    pub expires_in: Option<u32>,
}

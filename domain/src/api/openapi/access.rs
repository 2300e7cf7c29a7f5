//! Who may use a route, and with which credentials.

use serde_json::{Value, json};

/// Who may use a route; the words of the Worker's route table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Everyone, whatever the settings.
    Public,
    /// Everyone while reads are public, otherwise whoever has the scope `read`.
    Read,
    /// Whoever has this scope.
    Needs(&'static str),
}

impl Access {
    /// The credentials that open it: any one of the three kinds; none at all where reads may be public.
    pub(super) fn security(self) -> Value {
        let Some(scope) = self.scope() else { return json!([]) };
        let mut any = vec![json!({"apiKey": [scope]}), json!({"apiKeyHeader": [scope]}), json!({"oidc": [scope]})];
        if self == Self::Read {
            any.push(json!({}));
        }
        Value::Array(any)
    }

    /// The scope that a credential needs.
    pub(super) const fn scope(self) -> Option<&'static str> {
        match self {
            Self::Public => None,
            Self::Read => Some("read"),
            Self::Needs(scope) => Some(scope),
        }
    }
}

/// The kinds of credentials.
pub(super) fn schemes() -> Value {
    json!({
        "apiKey": {
            "type": "http", "scheme": "bearer", "bearerFormat": "eqp_ and 256 random bits",
            "description": "An API key: `Authorization: Bearer eqp_…`. Made by `POST /api-keys` or `make key`.",
        },
        "apiKeyHeader": {
            "type": "apiKey", "in": "header", "name": "x-api-key",
            "description": "The same key in a header of its own; `Authorization` goes before it.",
        },
        "oidc": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "An access token (RS256 or ES256) of the OpenID Connect issuer that the service is configured \
                for; scopes in its `scope`, `scp` or `permissions` claim.",
        },
    })
}

//! The credential that requests carry. It is kept in memory alone: a reload forgets it.

use leptos::prelude::*;

/// How the person signed in.
#[derive(Clone, Default, PartialEq, Eq)]
enum SignedIn {
    /// Not at all.
    #[default]
    Not,
    /// By a key they pasted.
    Key(String),
    /// By an access token of the organisation's sign-in.
    Token(String),
}

/// The credential of this page.
#[derive(Clone, Default)]
pub(crate) struct Credential(ArcRwSignal<SignedIn>);

thread_local! {
    // Owned by no page, so that it outlives every one.
    static CREDENTIAL: Credential = Credential::default();
}

/// The one credential of the app.
pub(crate) fn credential() -> Credential {
    CREDENTIAL.with(Credential::clone)
}

impl Credential {
    /// The header that requests carry.
    pub(crate) fn header(&self) -> Option<String> {
        self.0.with_untracked(|signed_in| match signed_in {
            SignedIn::Not => None,
            SignedIn::Key(secret) | SignedIn::Token(secret) => Some(format!("Bearer {secret}")),
        })
    }

    /// Whether there is one.
    pub(crate) fn is_there(&self) -> bool {
        self.0.with(|signed_in| *signed_in != SignedIn::Not)
    }

    /// Whether there is one now, without following it.
    pub(crate) fn is_there_now(&self) -> bool {
        self.0.with_untracked(|signed_in| *signed_in != SignedIn::Not)
    }

    /// Takes a pasted key.
    pub(crate) fn use_key(&self, key: &str) {
        let key = key.trim();
        self.0.set(if key.is_empty() { SignedIn::Not } else { SignedIn::Key(key.to_owned()) });
    }

    /// Takes an access token.
    pub(crate) fn use_token(&self, token: String) {
        self.0.set(SignedIn::Token(token));
    }

    /// Forgets it.
    pub(crate) fn forget(&self) {
        self.0.set(SignedIn::Not);
    }
}

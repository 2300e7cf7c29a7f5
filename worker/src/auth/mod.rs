//! Who asks, and whether they may.

mod scope;

use std::rc::Rc;

use crate::config::{AuthMode, Config};
use crate::error::Problem;

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

    /// The name under which things are kept. A route that keeps things needs a scope, so someone is always named there.
    pub(crate) fn owner(&self) -> &str {
        self.owner.as_deref().unwrap_or("anonymous")
    }
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

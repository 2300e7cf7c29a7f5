//! What a credential allows.

/// One permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Reading, where reads are not public.
    Read,
    /// Bringing market data.
    Ingest,
    /// Building indices.
    Build,
    /// Writing to streams.
    Stream,
    /// Running backtests.
    Backtest,
    /// Managing keys; implies no other scope.
    Admin,
}

impl Scope {
    /// Every scope, in the order of the documentation.
    pub(crate) const ALL: [Self; 6] =
        [Self::Read, Self::Ingest, Self::Build, Self::Stream, Self::Backtest, Self::Admin];

    /// The name in the API, in tokens and in the database.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Ingest => "ingest",
            Self::Build => "build",
            Self::Stream => "stream",
            Self::Backtest => "backtest",
            Self::Admin => "admin",
        }
    }

    /// The scope of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scopes(u8);

impl Scopes {
    /// Every scope.
    pub(crate) fn all() -> Self {
        Scope::ALL.into_iter().fold(Self::default(), Self::with)
    }

    /// The scopes named in a space-separated text; names that are not ours are passed over.
    pub(crate) fn from_names(names: &str) -> Self {
        names.split_ascii_whitespace().filter_map(Scope::from_name).fold(Self::default(), Self::with)
    }

    /// These and one more.
    #[must_use]
    pub(crate) fn with(self, scope: Scope) -> Self {
        Self(self.0 | scope.bit())
    }

    /// Whether the scope is among them.
    pub(crate) const fn allow(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// The names, in the order of the documentation.
    pub(crate) fn names(self) -> Vec<&'static str> {
        Scope::ALL.into_iter().filter(|scope| self.allow(*scope)).map(Scope::name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_not_ours_allow_nothing() {
        let scopes = Scopes::from_names("openid build  profile read");
        assert_eq!(scopes.names(), ["read", "build"]);
        assert!(scopes.allow(Scope::Build) && !scopes.allow(Scope::Admin));
        assert_eq!(Scopes::from_names(&Scopes::all().names().join(" ")), Scopes::all());
    }
}

//! Which pattern a path matches. A trailing slash changes nothing.

use super::query::decode;

/// The values of a pattern's `{names}`, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(&'static str, String)>);

impl Params {
    /// The decoded value of `{name}`; empty where the pattern has no such name.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value)
    }
}

/// The path without its trailing slash; the root stays itself.
pub(crate) fn normalised(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some("") | None => path,
        Some(shorter) => shorter,
    }
}

/// Whether a normalised path has the shape of the pattern.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    // The first letters rule out most of the table; no pattern begins with a name in braces.
    if pattern.as_bytes().get(1) != path.as_bytes().get(1) {
        return false;
    }
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == found || (wanted.starts_with('{') && !found.is_empty()) => {}
            _ => return false,
        }
    }
}

/// The decoded `{names}` of a path that matches; `None` when its percent-encoding is broken.
pub(crate) fn params(pattern: &'static str, path: &str) -> Option<Params> {
    let mut found = Vec::new();
    for (wanted, value) in pattern.split('/').zip(path.split('/')) {
        if let Some(name) = wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            found.push((name, decode(value, false)?));
        }
    }
    Some(Params(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_changes_nothing() {
        for (path, expected) in [("/", "/"), ("/health", "/health"), ("/health/", "/health"), ("//", "/")] {
            assert_eq!(normalised(path), expected);
        }
    }

    #[test]
    fn patterns_match_whole_paths() {
        assert!(matches("/indices/{slug}", "/indices/a"));
        for path in ["/indices", "/indices/a/b", "/indices//", "/Indices/a", "/indice/a"] {
            assert!(!matches("/indices/{slug}", path), "{path}");
        }
    }

    #[test]
    fn names_are_decoded_and_plus_is_a_plus() {
        let params_of = |path| params("/v3/tickers/{ticker}", path);
        assert_eq!(params_of("/v3/tickers/BRK%2FB+").unwrap().get("ticker"), "BRK/B+");
        assert_eq!(params_of("/v3/tickers/%zz"), None);
        assert_eq!(params_of("/v3/tickers/A").unwrap().get("other"), "");
    }
}

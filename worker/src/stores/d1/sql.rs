//! The text of the `.sql` files as the database gets it: comments and indentation stay in the repository.

/// The text of `sql/‹name›.sql` without comments and indentation.
macro_rules! sql {
    ($name:literal) => {{
        const SOURCE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/stores/d1/sql/", $name, ".sql"));
        const STRIPPED: ([u8; SOURCE.len()], usize) = $crate::stores::d1::sql::strip(SOURCE);
        const TEXT: [u8; STRIPPED.1] = $crate::stores::d1::sql::cut(&STRIPPED.0);
        const { $crate::stores::d1::sql::text(&TEXT) }
    }};
}

/// The bytes of a statement without the lines that are comments, without indentation and empty lines, and how many they are.
pub(crate) const fn strip<const N: usize>(source: &str) -> ([u8; N], usize) {
    let source = source.as_bytes();
    let mut kept = [0; N];
    let (mut from, mut to) = (0, 0);
    while from < N {
        while from < N && (source[from] == b' ' || source[from] == b'\n') {
            from += 1;
        }
        let comment = from + 1 < N && source[from] == b'-' && source[from + 1] == b'-';
        while from < N && source[from] != b'\n' {
            if !comment {
                kept[to] = source[from];
                to += 1;
            }
            from += 1;
        }
        if !comment && from < N {
            kept[to] = b'\n';
            to += 1;
        }
    }
    (kept, to)
}

/// The first `N` of the bytes.
pub(crate) const fn cut<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut first = [0; N];
    let mut at = 0;
    while at < N {
        first[at] = bytes[at];
        at += 1;
    }
    first
}

/// The bytes as text. Whole lines of a text are one, so that the other case ends the build.
pub(crate) const fn text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("a statement is not UTF-8"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_stay_behind() {
        const SOURCE: &str = "-- Why.\nselect 1 - 2,\n       3 -- a comment behind stays\n\n  -- é\nfrom t\n";
        let (bytes, length) = strip::<{ SOURCE.len() }>(SOURCE);
        assert_eq!(text(&bytes[..length]), "select 1 - 2,\n3 -- a comment behind stays\nfrom t\n");
    }

    #[test]
    fn no_statement_holds_a_comment() {
        assert!(!sql!("index/ranked_market").contains("--"));
        assert!(sql!("index/ranked_market").starts_with("listed as materialized (\n"));
    }
}

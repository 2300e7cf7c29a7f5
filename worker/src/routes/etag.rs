//! Entity tags: whether a client's copy is still good.

/// Whether `If-None-Match` names this tag. The comparison is weak: compression at the edge weakens a tag on the way.
pub(super) fn matches(if_none_match: &str, etag: &str) -> bool {
    if_none_match.trim() == "*" || if_none_match.split(',').any(|tag| opaque(tag) == opaque(etag))
}

fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comparison_is_weak_and_knows_lists() {
        for good in ["\"a1\"", "W/\"a1\"", " \"b\" , \"a1\"", "\"b\",W/\"a1\"", "*"] {
            assert!(matches(good, "\"a1\""), "{good}");
        }
        for other in ["", "\"a\"", "a1", "\"A1\"", "w/\"a1\"", "\"a1", "**"] {
            assert!(!matches(other, "\"a1\""), "{other}");
        }
    }
}

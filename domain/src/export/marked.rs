//! Texts in CSV files that a spreadsheet opens.

use std::borrow::Cow;

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Marks a text that a spreadsheet would take for a formula as a text, by an apostrophe in front.
///
/// ```
/// use domain::export::{marked, unmarked};
/// assert_eq!((marked("=1+1").as_ref(), marked("1=1").as_ref()), ("'=1+1", "1=1"));
/// assert_eq!((unmarked("'=1+1"), unmarked("'tis")), ("=1+1", "'tis"));
/// ```
#[must_use]
pub fn marked(text: &str) -> Cow<'_, str> {
    // What looks marked already is marked once more, so that taking one mark away always gives the text back.
    if text.trim_start_matches('\'').starts_with(FORMULA) { format!("'{text}").into() } else { text.into() }
}

/// Takes that mark away; any other text stays as it is.
#[must_use]
pub fn unmarked(text: &str) -> &str {
    let rest = text.strip_prefix('\'').filter(|rest| rest.trim_start_matches('\'').starts_with(FORMULA));
    rest.unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_and_none_is_a_formula() {
        for text in [
            "", "A", "=1+1", "+1", "-1", "@a", "\tx", "\rx", "'", "''", "'=1", "''=1", "'tis", "a=b", "'+", "=", "'''@",
        ] {
            let safe = marked(text);
            assert!(!safe.starts_with(FORMULA), "{safe}");
            assert_eq!(unmarked(&safe), text);
        }
    }
}

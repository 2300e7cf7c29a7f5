//! A stretch of a list of numbered things that is shown the latest first.

use super::Statement;

/// No thing has a number beyond what a JavaScript number holds exactly.
const MOST_NUMBER: i64 = (1 << 53) - 1;

/// Which part of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    /// Numbers below this.
    pub(crate) below: Option<i64>,
    /// Numbers above this.
    pub(crate) above: Option<i64>,
    /// At most so many.
    pub(crate) limit: usize,
    /// Those at the list's end, instead of those at its beginning.
    pub(crate) from_end: bool,
}

impl Slice {
    /// The beginning of the list.
    pub(crate) const fn first(limit: usize) -> Self {
        Self { below: None, above: None, limit, from_end: false }
    }

    /// The statement: `?1` numbers below, `?2` numbers above, `?3` at most so many, `{order}` the direction.
    pub(super) fn statement(self, sql: &'static str) -> Statement {
        let order = if self.from_end { "asc" } else { "desc" };
        let below = self.below.unwrap_or(MOST_NUMBER).min(MOST_NUMBER);
        let limit = i64::try_from(self.limit).unwrap_or(MOST_NUMBER).min(MOST_NUMBER);
        Statement::new(sql.replace("{order}", order)).bind(below).bind(self.above.unwrap_or(-1)).bind(limit)
    }

    /// What was found in the order of the list.
    pub(super) fn in_order<T>(self, mut found: Vec<T>) -> Vec<T> {
        if self.from_end {
            found.reverse();
        }
        found
    }
}

//! Keyset pages: newest first, cut by the number of the last one shown, so that what is added meanwhile shifts nothing.

use super::query::Query;
use crate::error::Problem;

/// No thing has a number beyond what a JavaScript number holds exactly.
const MOST_NUMBER: i64 = (1 << 53) - 1;

/// Which page of a list of numbered things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Things with numbers below this.
    pub(crate) before: i64,
    /// At most so many.
    pub(crate) limit: i64,
}

impl Page {
    /// The parameters of every list.
    pub(crate) const PARAMETERS: &[&str] = &["limit", "cursor"];

    /// The page that `limit` (1 to 1000, default 100) and `cursor` ask for.
    ///
    /// # Errors
    /// 400 for a cursor that no answer gave, otherwise as [`Query::integer`].
    pub(crate) fn of(query: &Query) -> Result<Self, Problem> {
        let limit = query.integer("limit", 1, 1_000)?.unwrap_or(100);
        let before = query.text("cursor").map_or(Ok(MOST_NUMBER), |text| {
            let number = text.strip_prefix('b').and_then(|digits| i64::from_str_radix(digits, 16).ok());
            let rule = "expected a cursor as the page before gave it";
            number.filter(|number| *number > 0).ok_or_else(|| Problem::malformed_parameter("cursor", text, rule))
        })?;
        Ok(Self { before, limit })
    }

    /// How many rows to ask for: one more than are shown, which tells whether another page follows.
    pub(crate) fn rows(self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX).saturating_add(1)
    }

    /// Cuts what was found when one more than `limit` was asked for, and says where the next page starts.
    pub(crate) fn cut<T>(self, mut found: Vec<T>, number: impl Fn(&T) -> i64) -> (Vec<T>, Option<String>) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let cursor = found.last().filter(|_| more).map(|last| format!("b{:x}", number(last)));
        (found, cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(raw: &str) -> Result<Page, Problem> {
        Page::of(&Query::parse(raw, Page::PARAMETERS)?)
    }

    #[test]
    fn pages_join_without_a_gap() {
        let numbers: Vec<i64> = (1..=5).rev().collect();
        let mut shown = Vec::new();
        let mut raw = "limit=2".to_owned();
        loop {
            let page = page(&raw).unwrap();
            let found = numbers.iter().copied().filter(|n| *n < page.before).take(3).collect();
            let (data, next) = page.cut(found, |n| *n);
            shown.extend(data);
            let Some(next) = next else { break };
            raw = format!("limit=2&cursor={next}");
        }
        assert_eq!(shown, numbers);
    }

    #[test]
    fn bounds_are_told() {
        assert_eq!(page("").unwrap().limit, 100);
        for wrong in ["limit=0", "limit=1001"] {
            assert_eq!(page(wrong).unwrap_err().status(), 422);
        }
        for wrong in ["cursor=5", "cursor=b-1", "cursor=b0", "cursor=bzz", "limit=a"] {
            assert_eq!(page(wrong).unwrap_err().status(), 400, "{wrong}");
        }
    }
}

//! A page of stored bars as the text of its answer: what is asked for most, and needs nothing done to it.

use domain::bars::Adjustment;
use domain::ports::StoreError;
use domain::units::{BarInterval, UnixMillis};

use super::{BarQuery, D1Bars, SCOPES, resolved, versions_statement};
use crate::stores::d1::Statement;
use crate::stores::d1::data_versions::{self, Versions};

/// Bars as the vendor's clients read them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page {
    /// The versions that it was read from.
    pub(crate) versions: Versions,
    /// A JSON array of [`domain::api::Aggregate`].
    pub(crate) text: String,
    /// How many there are; at least one.
    pub(crate) bars: usize,
    /// The start of the bar after the last one, where there is one more.
    pub(crate) next: Option<UnixMillis>,
    /// Where the bars come from.
    pub(crate) source: String,
    /// Their length.
    pub(crate) stored_as: &'static str,
}

impl D1Bars<'_> {
    /// The page that a query asks for; `None` where its bars are not stored in this length, are restated, or are of the
    /// past, so that [`D1Bars::read`] must be asked.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn page(&self, query: &BarQuery<'_>) -> Result<Option<Page>, StoreError> {
        let interval = query.size.minutes().and_then(BarInterval::from_minutes).filter(|_| query.as_of.is_none());
        let Some(interval) = interval else { return Ok(None) };
        // That nothing restates them is known of raw bars, and of those that were found so before at the same version.
        let known =
            resolved::recall(self.0.identity(), query, interval).filter(|known| known.factors.cuts().is_empty());
        if query.adjustment != Adjustment::Raw && known.is_none() {
            return Ok(None);
        }
        let order = if query.descending { "desc" } else { "asc" };
        let page = Statement::new(sql!("bars/page").replace("{order}", order)).bind(query.ticker);
        let page = page.bind(interval.minutes()).bind(query.source).bind(query.preferred);
        let page = page.bind(query.span.from).bind(query.span.to).bind(query.limit + 1).bind(query.regular_only);
        let answers = self.0.batch(vec![versions_statement(), page]).await?;
        let versions = data_versions::decode(&answers[0], &SCOPES)?;
        if query.adjustment != Adjustment::Raw && known.is_none_or(|known| known.version != versions.scopes[0]) {
            return Ok(None);
        }
        let [Some(source), Some(rows)] = answers[1].two_texts(["source", "bars"]) else { return Ok(None) };
        let made = objects(&rows, query.limit).ok_or_else(|| StoreError::Refused("unreadable bars".to_owned()))?;
        let Objects { text, bars, next } = made;
        Ok(Some(Page { versions, text, bars, next: next.map(UnixMillis), source, stored_as: interval.name() }))
    }
}

/// Bars as an array of objects.
#[derive(Debug, PartialEq)]
struct Objects {
    text: String,
    bars: usize,
    /// The start of the bar after them, where there is one.
    next: Option<i64>,
}

/// The fields of a bar in the order in which the statement lists them, as [`domain::api::Aggregate`] names them.
const FIELDS: [&str; 8] = ["\"v\":", "\"vw\":", "\"o\":", "\"c\":", "\"h\":", "\"l\":", "\"t\":", "\"n\":"];

/// Makes the first `limit` rows of `[1,2,…,0][3,4,…,1]` an array of objects, their numbers as they are; what is null is left out.
fn objects(rows: &str, limit: usize) -> Option<Objects> {
    let (mut text, mut bars) = (String::with_capacity(rows.len() * 2), 0);
    for row in rows.strip_prefix('[')?.strip_suffix(']')?.split("][") {
        if bars == limit {
            text.push_str("}]");
            return Some(Objects { text, bars, next: Some(row.split(',').nth(6)?.parse().ok()?) });
        }
        text.push_str(if bars == 0 { "[{" } else { "},{" });
        bars += 1;
        let mut rest = row;
        for field in FIELDS {
            let (value, after) = rest.split_once(',')?;
            if value != "null" {
                text.push_str(field);
                // With the comma that follows.
                text.push_str(&rest[..=value.len()]);
            }
            rest = after;
        }
        match rest {
            "0" => drop(text.pop()),
            "1" => text.push_str("\"extended\":true"),
            _ => return None,
        }
    }
    text.push_str("}]");
    Some(Objects { text, bars, next: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_objects_whose_numbers_are_untouched() {
        let rows =
            "[1.5,null,0.30000000000000004,4.0,5.0,3.0,1751374800000,null,0][2.0,1.0e+21,1.0,1.0,1.0,1.0,7,9.0,1]";
        let first = r#"{"v":1.5,"o":0.30000000000000004,"c":4.0,"h":5.0,"l":3.0,"t":1751374800000}"#;
        let second = r#"{"v":2.0,"vw":1.0e+21,"o":1.0,"c":1.0,"h":1.0,"l":1.0,"t":7,"n":9.0,"extended":true}"#;
        let both = Objects { text: format!("[{first},{second}]"), bars: 2, next: None };
        assert_eq!(objects(rows, 2), Some(both));
        assert_eq!(objects(rows, 1), Some(Objects { text: format!("[{first}]"), bars: 1, next: Some(7) }));
        for wrong in ["", "[]", "[1,2]", "[1,2,3,4,5,6,7,8,2]", "[1,2,3,4,5,6,7,8,0,9]"] {
            assert_eq!(objects(wrong, 9), None, "{wrong}");
        }
    }
}

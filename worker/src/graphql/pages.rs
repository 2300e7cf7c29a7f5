//! Relay's connections: `first` and `after`, or `last` and `before`. Cursors name an entry and not a position, so what is
//! added meanwhile shifts nothing.

use domain::units::UnixMillis;
use serde_json::{Value as Json, json};

use crate::error::Problem;
use crate::routes::query::Query;
use crate::stores::d1::slice::Slice;

/// Most entries of one page.
const MOST_ENTRIES: i64 = 1_000;

/// Which page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// From the end, towards the beginning.
    backward: bool,
    /// `None`: all that there is.
    size: Option<usize>,
    after: Option<String>,
    before: Option<String>,
}

impl Page {
    /// The page that the arguments ask for.
    pub(super) fn of(arguments: &Query, most: i64) -> Result<Self, Problem> {
        let most = most.min(MOST_ENTRIES);
        let size = |name| -> Result<Option<usize>, Problem> {
            Ok(arguments.integer(name, 0, most)?.and_then(|size| usize::try_from(size).ok()))
        };
        let (first, last) = (size("first")?, size("last")?);
        if first.is_some() && last.is_some() {
            return Err(Problem::malformed_parameter("last", "", "expected either first or last"));
        }
        Ok(Self {
            backward: last.is_some(),
            size: first.or(last),
            after: cursor(arguments, "after")?,
            before: cursor(arguments, "before")?,
        })
    }

    /// At most so many where nothing is said.
    pub(super) fn or_size(mut self, size: usize) -> Self {
        self.size.get_or_insert(size);
        self
    }

    /// The stretch of a list of numbered things, the latest first; one more than is shown.
    pub(super) fn slice(&self) -> Result<Slice, Problem> {
        let number = |name: &str, cursor: &Option<String>| {
            let number = cursor.as_deref().map(|text| text.parse::<i64>().map_err(|_| no_cursor(name, text)));
            number.transpose()
        };
        Ok(Slice {
            below: number("after", &self.after)?,
            above: number("before", &self.before)?,
            limit: self.size.map_or(usize::MAX, |size| size.saturating_add(1)),
            from_end: self.backward,
        })
    }

    /// The stretch of a list by text, ascending; one more than is shown.
    pub(super) const fn keys(&self) -> (Option<&String>, Option<&String>) {
        (self.after.as_ref(), self.before.as_ref())
    }

    /// The ends of the stretch of a list by instant.
    pub(super) fn instants(&self) -> Result<(Option<UnixMillis>, Option<UnixMillis>), Problem> {
        let instant = |name: &str, cursor: &Option<String>| {
            let ms = cursor.as_deref().map(|text| text.parse().map_err(|_| no_cursor(name, text)));
            Ok::<_, Problem>(ms.transpose()?.map(UnixMillis))
        };
        Ok((instant("after", &self.after)?, instant("before", &self.before)?))
    }

    /// How many to ask for, and whether from the end.
    pub(super) fn asked(&self) -> (usize, bool) {
        (self.size.map_or(usize::MAX, |size| size.saturating_add(1)), self.backward)
    }

    /// The connection of what was found when one more than `size` was asked for, in the order of the list.
    pub(super) fn connection(&self, mut found: Vec<(String, Json)>) -> Json {
        let size = self.size.unwrap_or(usize::MAX);
        let more = found.len() > size;
        if more && self.backward {
            found.drain(..found.len() - size);
        }
        found.truncate(size);
        let (more_after, more_before) =
            if self.backward { (self.before.is_some(), more) } else { (more, self.after.is_some()) };
        let edges: Vec<Json> =
            found.into_iter().map(|(key, node)| json!({"cursor": encoded(&key), "node": node})).collect();
        let cursor = |edge: Option<&Json>| edge.map_or(Json::Null, |edge| edge["cursor"].clone());
        let info = json!({
            "has_next_page": more_after, "has_previous_page": more_before,
            "start_cursor": cursor(edges.first()), "end_cursor": cursor(edges.last()),
        });
        json!({"edges": edges, "page_info": info})
    }

    /// The connection of a list that is there as a whole, ascending by `key`.
    pub(super) fn of_whole(&self, items: &[Json], key: impl Fn(&Json) -> String) -> Json {
        let keyed = items.iter().map(|item| (key(item), item));
        let inside: Vec<(String, &Json)> = keyed
            .filter(|(key, _)| self.after.as_ref().is_none_or(|after| key > after))
            .filter(|(key, _)| self.before.as_ref().is_none_or(|before| key < before))
            .collect();
        let (limit, from_end) = self.asked();
        let skipped = if from_end { inside.len().saturating_sub(limit) } else { 0 };
        let found = inside.into_iter().skip(skipped).take(limit).map(|(key, item)| (key, item.clone()));
        self.connection(found.collect())
    }
}

/// A cursor says nothing to a client: its key in hexadecimal.
fn encoded(key: &str) -> String {
    crate::stores::hex(key.as_bytes())
}

fn cursor(arguments: &Query, name: &str) -> Result<Option<String>, Problem> {
    arguments.text(name).map(|text| decoded(text).ok_or_else(|| no_cursor(name, text))).transpose()
}

fn decoded(text: &str) -> Option<String> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    String::from_utf8(pairs.iter().map(byte).collect::<Option<Vec<u8>>>()?).ok()
}

fn no_cursor(name: &str, text: &str) -> Problem {
    Problem::malformed_parameter(name, text, "expected a cursor as an earlier answer gave it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(pairs: &[(&str, &str)]) -> Page {
        Page::of(&Query::of(pairs), 1_000).unwrap()
    }

    fn shown(connection: &Json) -> Vec<i64> {
        connection["edges"].as_array().unwrap().iter().map(|edge| edge["node"].as_i64().unwrap()).collect()
    }

    #[test]
    fn pages_join_in_both_directions() {
        let items: Vec<Json> = (10..17).map(Json::from).collect();
        let key = |item: &Json| item.to_string();
        for (size, cursor, end, more) in
            [("first", "after", "end_cursor", "has_next_page"), ("last", "before", "start_cursor", "has_previous_page")]
        {
            let (mut all, mut at) = (Vec::new(), None::<String>);
            loop {
                let mut pairs = vec![(size, "3")];
                pairs.extend(at.as_deref().map(|at| (cursor, at)));
                let connection = page(&pairs).of_whole(&items, key);
                let found = shown(&connection);
                all = if size == "first" { [all, found].concat() } else { [found, all].concat() };
                if connection["page_info"][more] == false {
                    break;
                }
                at = connection["page_info"][end].as_str().map(str::to_owned);
            }
            assert_eq!(all, (10..17).collect::<Vec<_>>(), "{size}");
        }
        let whole = page(&[]).of_whole(&items, key);
        assert_eq!((shown(&whole).len(), &whole["page_info"]["has_next_page"]), (7, &Json::Bool(false)));
        assert!(shown(&page(&[("first", "0")]).of_whole(&items, key)).is_empty());
    }

    #[test]
    fn a_page_is_asked_for_in_one_way() {
        let refused = |pairs: &[(&str, &str)]| Page::of(&Query::of(pairs), 100).unwrap_err().status();
        assert_eq!(refused(&[("first", "1"), ("last", "1")]), 400);
        assert_eq!(refused(&[("first", "101")]), 422);
        assert_eq!(refused(&[("first", "-1")]), 422);
        assert_eq!(refused(&[("after", "xyz")]), 400);
        assert!(page(&[("after", &encoded("x"))]).slice().is_err());
        let slice = page(&[("last", "2"), ("before", &encoded("7"))]).slice().unwrap();
        assert_eq!((slice.above, slice.below, slice.limit, slice.from_end), (Some(7), None, 3, true));
    }
}

//! Which streams exist; what is in them, they know themselves.

use domain::ports::StoreError;
use domain::stream::Symbol;
use domain::units::UnixMillis;
use serde::Deserialize;

use super::slice::Slice;
use super::{D1, Statement};

/// A stream as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct StoredSymbol {
    pub(crate) id: i64,
    pub(crate) symbol: String,
    /// Unix milliseconds.
    pub(crate) created_at: i64,
}

/// Lists a stream, unless it is listed.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn add(db: &D1, symbol: &Symbol, now: UnixMillis) -> Result<(), StoreError> {
    let statement = Statement::new(sql!("stream_symbols_add"));
    db.run(statement.bind(symbol.as_str()).bind(now)).await.map(drop)
}

/// At most `limit` streams with numbers below `before`, newest first.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn list(db: &D1, before: i64, limit: usize) -> Result<Vec<StoredSymbol>, StoreError> {
    slice(db, Slice { below: Some(before), ..Slice::first(limit) }).await
}

/// A stretch of the streams, newest first.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn slice(db: &D1, slice: Slice) -> Result<Vec<StoredSymbol>, StoreError> {
    Ok(slice.in_order(db.run(slice.statement(sql!("stream_symbols_list"))).await?.decode()?))
}

/// Takes a stream off the list and says whether it was on it.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn drop_symbol(db: &D1, symbol: &Symbol) -> Result<bool, StoreError> {
    let statement = Statement::new(sql!("stream_symbols_drop")).bind(symbol.as_str());
    Ok(db.run(statement).await?.scalar::<i64>()?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_listed_once_and_again_after_it_was_dropped() {
        let db = D1::in_memory();
        let (a, b) = (Symbol::new("A").unwrap(), Symbol::new("B/C").unwrap());
        for (symbol, now) in [(&a, 1), (&b, 2), (&a, 3)] {
            pollster::block_on(add(&db, symbol, UnixMillis(now))).unwrap();
        }
        let listed = || pollster::block_on(list(&db, i64::MAX, 10)).unwrap();
        let shown: Vec<_> = listed().iter().map(|row| (row.symbol.clone(), row.created_at)).collect();
        assert_eq!(shown, [("B/C".to_owned(), 2), ("A".to_owned(), 1)]);
        let before = listed()[0].id;
        assert_eq!(pollster::block_on(list(&db, before, 10)).unwrap().len(), 1);
        let last = Slice { from_end: true, above: Some(before - 1), ..Slice::first(1) };
        assert_eq!(pollster::block_on(slice(&db, last)).unwrap(), listed()[..1]);
        assert_eq!(pollster::block_on(slice(&db, Slice { above: None, ..last })).unwrap(), listed()[1..]);
        assert!(pollster::block_on(drop_symbol(&db, &b)).unwrap());
        assert!(!pollster::block_on(drop_symbol(&db, &b)).unwrap());
        pollster::block_on(add(&db, &b, UnixMillis(9))).unwrap();
        assert_eq!((listed()[0].created_at, listed()[0].id > before), (9, true));
    }
}

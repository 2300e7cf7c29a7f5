//! How many bars each session holds.

use domain::ports::StoreError;
use serde::Deserialize;

use super::data_versions::{self, Versions};
use super::{D1, Statement};

/// What is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The sessions with bars, ascending.
    pub(crate) sessions: Vec<HeldSession>,
    /// Whether any of it came from the sample provider.
    pub(crate) synthetic: bool,
}

/// A session with bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct HeldSession {
    pub(crate) day: i32,
    pub(crate) bars: u32,
}

/// Reads what is held, with the versions it was read under.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn read(db: &D1) -> Result<(Held, Versions), StoreError> {
    let statements = vec![
        Statement::new(sql!("coverage_sessions")),
        Statement::new(sql!("market/is_synthetic")),
        data_versions::select(&["market"]),
    ];
    match db.batch(statements).await?.as_slice() {
        [sessions, synthetic, versions] => {
            let held = Held { sessions: sessions.decode()?, synthetic: synthetic.scalar::<i64>()? == Some(1) };
            Ok((held, data_versions::decode(versions, &["market"])?))
        }
        _ => Err(StoreError::Refused("three statements answered another number of results".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_come_in_order_of_day() {
        let db = D1::in_memory();
        let rows = "insert into sessions values (20002, 3, 1), (20001, 5, 1)";
        pollster::block_on(db.run(Statement::new(rows))).unwrap();
        let (held, _) = pollster::block_on(read(&db)).unwrap();
        assert_eq!(held.sessions, [HeldSession { day: 20_001, bars: 5 }, HeldSession { day: 20_002, bars: 3 }]);
        assert!(!held.synthetic);
    }
}

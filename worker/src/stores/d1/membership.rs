//! What was known when: who could be chosen at a close by what was stored then, and the share counts with where they came from.

use domain::ports::StoreError;
use domain::units::{Day, Ticker, UnixMillis};
use serde::Deserialize;

use super::data_versions::{self, Versions};
use super::{D1, Statement};

/// No version is larger: everything known at present.
const PRESENT: i64 = (1 << 53) - 1;

/// Who can be chosen, and where its market cap comes from.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct KnownRow {
    pub(crate) id: i64,
    pub(crate) ticker: String,
    pub(crate) name: Option<String>,
    pub(crate) sector: Option<String>,
    pub(crate) close: f64,
    pub(crate) cap: f64,
    /// `reported`, `shares` or `assumed`.
    pub(crate) basis: String,
    pub(crate) shares: Option<f64>,
    pub(crate) as_of: Option<i32>,
    /// `None` where no market cap is known.
    pub(crate) version: Option<i64>,
    pub(crate) source: Option<String>,
    pub(crate) stored_at: Option<i64>,
}

/// One share count that was stored.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct CountRow {
    pub(crate) as_of: i32,
    pub(crate) shares: f64,
    pub(crate) version: i64,
    pub(crate) source: Option<String>,
    pub(crate) stored_at: Option<i64>,
    /// `None` while it is in force.
    pub(crate) replaced_at: Option<i64>,
}

/// Rankings of one close, each as far down as there are places.
#[derive(Debug)]
pub(crate) struct Known {
    /// By what was known then.
    pub(crate) then: Vec<KnownRow>,
    /// By what is known at present.
    pub(crate) present: Vec<KnownRow>,
    /// The versions that both were read under.
    pub(crate) versions: Versions,
}

/// The last data version published before an instant; `None` where nothing was.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn version_known(db: &D1, before: UnixMillis) -> Result<Option<i64>, StoreError> {
    #[derive(Deserialize)]
    struct Row {
        version: i64,
        publications: i64,
    }
    let rows = db.run(Statement::new(sql!("membership/version_known")).bind(before)).await?;
    Ok(rows.first::<Row>()?.filter(|row| row.publications > 0).map(|row| row.version))
}

/// The first so many of the ranking of a close, by what was known at a version and at present, among some tickers or everybody.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn known(
    db: &D1,
    day: Day,
    version: Option<i64>,
    places: u32,
    universe: Option<&[Ticker]>,
) -> Result<Known, StoreError> {
    #[derive(Deserialize)]
    struct Line {
        id: i64,
    }
    let ids = match universe {
        None => None,
        Some(tickers) => {
            let names: Vec<&str> = tickers.iter().map(Ticker::as_str).collect();
            let rows =
                db.run(Statement::new(sql!("index/universe")).bind(serde_json::json!(names).to_string())).await?;
            let ids: Vec<i64> = rows.decode::<Line>()?.into_iter().map(|row| row.id).collect();
            Some(serde_json::json!(ids).to_string())
        }
    };
    let at = |version: i64| {
        Statement::new(sql!("membership/members")).bind(day).bind(version).bind(places).bind(ids.clone()).bind(false)
    };
    let scopes = ["market"];
    let statements = vec![data_versions::select(&scopes), at(version.unwrap_or(PRESENT)), at(PRESENT)];
    let rows = db.batch(statements).await?;
    Ok(Known {
        then: rows[1].decode()?,
        present: rows[2].decode()?,
        versions: data_versions::decode(&rows[0], &scopes)?,
    })
}

/// What was known at a version, or is at present, of some securities at a close.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn known_of(
    db: &D1,
    day: Day,
    version: Option<i64>,
    ids: &[i64],
) -> Result<Vec<KnownRow>, StoreError> {
    let members = Statement::new(sql!("membership/members")).bind(day).bind(version.unwrap_or(PRESENT)).bind(PRESENT);
    let rows = db.run(members.bind(serde_json::json!(ids).to_string()).bind(true)).await?;
    rows.decode()
}

/// How many securities there are.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn securities(db: &D1) -> Result<u64, StoreError> {
    Ok(db.run(Statement::new("select count(*) from securities")).await?.scalar()?.unwrap_or(0))
}

/// The share counts of a ticker, by the day from which they were known.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn shares(
    db: &D1,
    ticker: &Ticker,
    version: Option<i64>,
) -> Result<(Vec<CountRow>, Versions), StoreError> {
    let scopes = ["market"];
    let shares = Statement::new(sql!("membership/shares")).bind(ticker.as_str()).bind(version);
    let rows = db.batch(vec![data_versions::select(&scopes), shares]).await?;
    Ok((rows[1].decode()?, data_versions::decode(&rows[0], &scopes)?))
}

#[cfg(test)]
mod tests {
    use domain::market::{DailyBar, SharesCount, Split};
    use domain::ports::{MarketStore, Origin};
    use pollster::block_on;

    use super::*;
    use crate::stores::d1::market::D1MarketStore;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn publish(
        db: &D1,
        at: i64,
        bars: &[(&str, &str, f64)],
        shares: &[(&str, &str, f64)],
        splits: &[(&str, &str, f64)],
    ) {
        let ticker = |text: &str| text.parse::<Ticker>().unwrap();
        let bar = |(symbol, on, close): &(&str, &str, f64)| DailyBar {
            ticker: ticker(symbol),
            day: day(on),
            open: None,
            high: None,
            low: None,
            close: *close,
            adj_close: None,
            volume: None,
        };
        let count = |(symbol, as_of, shares): &(&str, &str, f64)| SharesCount {
            ticker: ticker(symbol),
            as_of: day(as_of),
            shares: *shares,
        };
        let split =
            |(symbol, on, ratio): &(&str, &str, f64)| Split { ticker: ticker(symbol), ex_day: day(on), ratio: *ratio };
        let store = D1MarketStore::new(db);
        block_on(async {
            let batch = store.open_batch(Origin::Import, at, "files", UnixMillis(at)).await?;
            store.stage_bars(batch, &bars.iter().map(bar).collect::<Vec<_>>()).await?;
            store.stage_shares(batch, &shares.iter().map(count).collect::<Vec<_>>()).await?;
            store.stage_splits(batch, &splits.iter().map(split).collect::<Vec<_>>()).await?;
            store.publish(batch, UnixMillis(at)).await
        })
        .unwrap();
    }

    fn ranked(db: &D1, at: i64) -> Vec<(String, f64, String)> {
        let version = block_on(version_known(db, UnixMillis(at))).unwrap();
        let found = block_on(known(db, day("2024-03-05"), version, 2, None)).unwrap();
        found.then.into_iter().map(|row| (row.ticker, row.cap, row.basis)).collect()
    }

    #[test]
    fn each_knows_what_was_published_by_then() {
        let db = D1::in_memory();
        let bars = [("A", "2024-03-05", 10.0), ("B", "2024-03-05", 20.0), ("C", "2024-03-05", 30.0)];
        publish(&db, 100, &bars, &[("A", "2024-01-01", 9.0), ("B", "2024-01-01", 4.0), ("C", "2024-03-08", 2.0)], &[]);
        // A correction of a close, a count published in time and heard of late, a split.
        publish(&db, 200, &[("B", "2024-03-05", 30.0)], &[], &[]);
        publish(&db, 300, &[], &[("C", "2024-03-01", 5.0)], &[]);
        publish(&db, 400, &[], &[], &[("A", "2024-02-01", 2.0)]);
        let of = |ticker: &str, cap, basis: &str| (ticker.to_owned(), cap, basis.to_owned());
        assert_eq!(block_on(version_known(&db, UnixMillis(100))).unwrap(), None);
        assert_eq!(ranked(&db, 150), [of("A", 90.0, "shares"), of("B", 80.0, "shares")]);
        assert_eq!(ranked(&db, 250), [of("B", 120.0, "shares"), of("A", 90.0, "shares")]);
        assert_eq!(ranked(&db, 350), [of("C", 150.0, "shares"), of("B", 120.0, "shares")]);
        assert_eq!(ranked(&db, 450), [of("A", 180.0, "shares"), of("C", 150.0, "shares")]);
        // What is known at present is what the index itself ranks by.
        #[derive(Deserialize)]
        struct Cap {
            ticker: String,
            cap: f64,
        }
        let sql = "select ticker, cap from market_caps order by cap desc, ticker";
        let caps: Vec<Cap> = block_on(db.run(Statement::new(sql))).unwrap().decode().unwrap();
        let found = block_on(known(&db, day("2024-03-05"), None, 9, None)).unwrap();
        assert_eq!(found.then, found.present);
        let same = found.present.iter().map(|row| (row.ticker.as_str(), row.cap));
        assert!(same.eq(caps.iter().map(|row| (row.ticker.as_str(), row.cap))));
    }

    #[test]
    fn a_count_says_who_published_it_and_until_when_it_held() {
        let db = D1::in_memory();
        publish(&db, 100, &[], &[("A", "2024-01-01", 9.0)], &[]);
        publish(&db, 200, &[], &[("A", "2024-01-01", 10.0), ("A", "2024-02-01", 11.0)], &[]);
        let all = block_on(shares(&db, &"A".parse().unwrap(), None)).unwrap().0;
        let found: Vec<_> = all.iter().map(|row| (row.shares, row.stored_at, row.replaced_at)).collect();
        assert_eq!(found, [(9.0, Some(100), Some(200)), (10.0, Some(200), None), (11.0, Some(200), None)]);
        assert!(all.iter().all(|row| row.source.as_deref() == Some("files")));
        let version = block_on(version_known(&db, UnixMillis(150))).unwrap();
        let then = block_on(shares(&db, &"A".parse().unwrap(), version)).unwrap().0;
        assert_eq!(then.iter().map(|row| row.shares).collect::<Vec<_>>(), [9.0]);
    }
}

//! What most tests do with a server: bring data, build, read, and let jobs run to their end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{Reply, Server};

/// Tables that hold what users brought or built; anything else is bookkeeping.
const STORED: [&str; 16] = [
    "securities",
    "daily_bars",
    "daily_bars_past",
    "bar_series",
    "intraday_bars",
    "intraday_bars_past",
    "sessions",
    "reported_caps",
    "shares",
    "shares_in_force",
    "market_caps",
    "splits",
    "dividends",
    "indices",
    "index_sessions",
    "index_members",
];

impl Server {
    /// Sends a CSV file, packed or not.
    #[must_use]
    pub fn send_csv(&self, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
        self.request("POST", &format!("/imports?kind={kind}")).header("content-type", "text/csv").body(body).send()
    }

    /// Imports a CSV file that is good to the last line and returns what the import says.
    ///
    /// # Panics
    /// Where it is not.
    pub fn import(&self, kind: &str, body: impl Into<Vec<u8>>) -> Value {
        let import = self.send_csv(kind, body).expect(201).json();
        assert_eq!(import["rows"]["rejected"], 0, "{import}");
        import
    }

    /// Builds, and returns the answer.
    ///
    /// # Panics
    /// Where it is refused.
    pub fn build(&self, request: &Value) -> Value {
        self.post("/build-index", request).expect(200).json()
    }

    /// The performance of an index; `query` comes after `?`.
    ///
    /// # Panics
    /// Where it is refused.
    #[must_use]
    pub fn performance(&self, query: &str) -> Value {
        self.get(&format!("/index-performance?{query}")).expect(200).json()
    }

    /// How many rows each table of data holds, and the version of the whole.
    #[must_use]
    pub fn stored(&self) -> Value {
        let counts: Vec<String> =
            STORED.iter().map(|table| format!("(select count(*) from {table}) as {table}")).collect();
        let version = "(select version from data_versions where scope = 'all') as version";
        self.sql(&format!("select {}, {version}", counts.join(", "))).remove(0)
    }

    /// Adds an ingestion of a range, as `make ingest` does, and returns the number of its job.
    pub fn add_ingestion(&self, provider: &str, from: &str, to: &str) -> i64 {
        let spec = json!({"provider": provider, "from": from, "to": to});
        self.sql(&format!(
            "insert into jobs (kind, key, spec, created_at, updated_at)
             values ('ingest', '{provider}:{from}:{to}', '{spec}', unixepoch() * 1000, unixepoch() * 1000) returning id"
        ))[0]["id"]
            .as_i64()
            .unwrap()
    }

    /// Wakes whatever is open until every job has ended. Whoever pauses is woken at once.
    ///
    /// # Panics
    /// After four minutes.
    pub fn finish_jobs(&self) {
        let deadline = Instant::now() + Duration::from_mins(4);
        loop {
            self.tick();
            let open = self.sql("select id, kind, slice, attempt, error from jobs where status = 'open'");
            if open.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "{open:?}");
            // A pause is a row with an error whose time has not come; a slice that is being done has a lease.
            let _ = self.sql("update jobs set next_at = 0 where status = 'open' and lease_until = 0 and next_at > 0");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The latest run of the ingestion log.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn latest_run(&self) -> Value {
        self.get("/ingestions?limit=1").expect(200).json()["data"][0].clone()
    }
}

/// Whether two numbers are the same but for a relative 1e-9; two absent ones are.
///
/// # Panics
/// Where they are not.
pub fn assert_close(what: &str, was: &Value, expected: Option<f64>) {
    match (was.as_f64(), expected) {
        (None, None) => {}
        (Some(was), Some(expected)) => {
            // A return is compared as the growth it means: near 0 it has no relative precision of its own.
            let scale = expected.abs().max(1e-5);
            assert!((was - expected).abs() <= 1e-9 * scale, "{what}: expected {expected}, was {was}");
        }
        (was, expected) => panic!("{what}: expected {expected:?}, was {was:?}"),
    }
}

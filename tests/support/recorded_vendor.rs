//! The server that stands in for a vendor (`recorded_vendor.mjs`), as a process of the test's own.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A running server; it ends with this value.
#[derive(Debug)]
pub struct RecordedVendor {
    process: Child,
    url: String,
}

/// How one or more requests go wrong. The mode names are listed at the head of `recorded_vendor.mjs`.
#[derive(Clone, Copy, Debug)]
pub struct Fault<'a> {
    /// What happens: `500`, `429`, `html`, `truncated`, `timeout`, `loop` …
    pub mode: &'a str,
    /// How many requests it happens to; -1 = every one until further notice.
    pub count: i64,
    /// Only requests whose URL contains this text; empty = any.
    pub path: &'a str,
}

impl RecordedVendor {
    /// Starts a server on a free port. `arguments` are those of `recorded_vendor.mjs`.
    ///
    /// # Errors
    /// When node cannot be started, or ends before it listens.
    pub fn start(arguments: &[&str]) -> io::Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("support/recorded_vendor.mjs");
        let mut process = Command::new("node").arg(script).args(arguments).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        match line.trim().strip_prefix("listening on ") {
            Some(url) => Ok(Self { url: url.to_owned(), process }),
            None => {
                process.kill()?;
                process.wait()?;
                Err(io::Error::other(format!("expected the vendor's address, was \"{}\"", line.trim())))
            }
        }
    }

    /// The base URL to configure.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes the next matching requests go wrong.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn fault(&self, fault: Fault<'_>) -> Result<(), ureq::Error> {
        let Fault { mode, count, path } = fault;
        self.control(&format!("__fault?mode={mode}&count={count}&path={path}")).map(drop)
    }

    /// The requests so far, each `{method, url, bearer}`; `url` has path and query, `bearer` says whether a key came along.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn requests(&self) -> Result<Vec<Value>, ureq::Error> {
        Ok(self.control("__requests")?.as_array().cloned().unwrap_or_default())
    }

    /// Forgets requests and faults.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn reset(&self) -> Result<(), ureq::Error> {
        self.control("__reset").map(drop)
    }

    fn control(&self, path: &str) -> Result<Value, ureq::Error> {
        ureq::get(format!("{}/{path}", self.url)).call()?.body_mut().read_json()
    }
}

impl Drop for RecordedVendor {
    fn drop(&mut self) {
        // A process that has ended by itself needs no ending.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: &str = "v2/aggs/grouped/locale/us/market/stocks/2026-11-10?adjusted=false";

    fn status(vendor: &RecordedVendor, path: &str) -> u16 {
        let request = ureq::get(format!("{}/{path}", vendor.url())).header("authorization", "Bearer k");
        match request.call() {
            Ok(response) => response.status().as_u16(),
            Err(ureq::Error::StatusCode(status)) => status,
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_fault_lasts_as_many_requests_as_asked_and_only_where_asked() {
        let vendor = RecordedVendor::start(&[]).unwrap();
        vendor.fault(Fault { mode: "429", count: 2, path: "grouped" }).unwrap();
        let seen = [DAY, "v3/reference/tickers?date=2026-11-10", DAY, DAY].map(|path| status(&vendor, path));
        assert_eq!(seen, [429, 200, 429, 200]);
        let requests = vendor.requests().unwrap();
        assert_eq!(requests.len(), 4);
        assert!(requests.iter().all(|request| request["bearer"] == true));
        vendor.reset().unwrap();
        assert_eq!(vendor.requests().unwrap().len(), 0);
    }
}

//! The counters of one isolate and their Prometheus text.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{COUNTERS, Ended, wasm_memory_bytes};
use crate::stores::d1::Cost;
use crate::stores::d1::operations::Gauges;

/// Upper bounds of the duration buckets, milliseconds.
const BUCKETS_MS: [i64; 10] = [1, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000];

/// What has happened in this isolate.
#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: BTreeMap<(&'static str, &'static str, u16), u64>,
    durations: Durations,
    /// By `CacheOutcome`.
    pub(super) cache: [u64; 3],
    pub(super) kv_reads: u64,
    pub(super) kv_writes: u64,
    pub(super) database: Cost,
    pub(super) stream_batches: u64,
    pub(super) stream_points: u64,
}

#[derive(Debug, Default)]
struct Durations {
    /// Requests within each bound, not cumulated.
    buckets: [u64; BUCKETS_MS.len()],
    count: u64,
    sum_ms: i64,
}

impl Counters {
    pub(super) fn request(&mut self, ended: &Ended<'_>) {
        *self.requests.entry((ended.route, ended.method, ended.status)).or_default() += 1;
        self.durations.count += 1;
        self.durations.sum_ms += ended.duration_ms;
        if let Some(bucket) = BUCKETS_MS.iter().position(|bound| ended.duration_ms <= *bound) {
            self.durations.buckets[bucket] += 1;
        }
    }

    fn render(&self, stored: Option<&Gauges>, memory_bytes: usize) -> String {
        let mut text = Text::default();
        text.about("equipoise_requests_total", "counter", "Answered requests of this isolate.");
        for ((route, method, status), count) in &self.requests {
            let route = if route.is_empty() { "(file)" } else { route };
            let labels = format!("{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}");
            text.line("equipoise_requests_total", &labels, count);
        }
        self.render_durations(&mut text);
        text.about("equipoise_cache_total", "counter", "Cacheable answers by where they came from.");
        for (outcome, count) in ["memory", "kv", "miss"].iter().zip(self.cache) {
            text.line("equipoise_cache_total", &format!("{{from=\"{outcome}\"}}"), count);
        }
        for (name, help, count) in [
            ("equipoise_kv_reads_total", "Looks for an answer in KV, as billed.", self.kv_reads),
            ("equipoise_kv_writes_total", "Answers written to KV, as billed.", self.kv_writes),
            ("equipoise_d1_statements_total", "Statements sent to the database.", self.database.statements),
            ("equipoise_d1_rows_read_total", "Database rows read, as billed.", self.database.rows_read),
            ("equipoise_d1_rows_written_total", "Database rows written, as billed.", self.database.rows_written),
            ("equipoise_stream_batches_total", "Batches of points stored.", self.stream_batches),
            ("equipoise_stream_points_total", "Points stored.", self.stream_points),
        ] {
            text.about(name, "counter", help);
            text.line(name, "", count);
        }
        text.about("wasm_memory_bytes", "gauge", "Memory of the module; it only grows.");
        text.line("wasm_memory_bytes", "", memory_bytes);
        text.about("equipoise_database_up", "gauge", "Whether the database answered this scrape.");
        text.line("equipoise_database_up", "", u8::from(stored.is_some()));
        if let Some(stored) = stored {
            render_stored(stored, &mut text);
        }
        text.0
    }

    fn render_durations(&self, text: &mut Text) {
        let name = "equipoise_request_duration_ms";
        text.about(name, "histogram", "Time from request to answer, milliseconds.");
        let mut within = 0;
        for (bound, count) in BUCKETS_MS.iter().zip(self.durations.buckets) {
            within += count;
            text.line(&format!("{name}_bucket"), &format!("{{le=\"{bound}\"}}"), within);
        }
        text.line(&format!("{name}_bucket"), "{le=\"+Inf\"}", self.durations.count);
        text.line(&format!("{name}_sum"), "", self.durations.sum_ms);
        text.line(&format!("{name}_count"), "", self.durations.count);
    }
}

fn render_stored(stored: &Gauges, text: &mut Text) {
    text.about("equipoise_data_version", "gauge", "The version of each scope of stored data.");
    for row in &stored.versions {
        text.line("equipoise_data_version", &format!("{{scope=\"{}\"}}", escaped(&row.scope)), row.version);
    }
    text.about("equipoise_jobs_open", "gauge", "Jobs that are not done.");
    for row in &stored.jobs {
        text.line("equipoise_jobs_open", &format!("{{kind=\"{}\"}}", escaped(&row.kind)), row.open);
    }
    text.about("equipoise_streams", "gauge", "Streams that exist.");
    text.line("equipoise_streams", "", stored.streams);
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn about(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

/// Everything as Prometheus text; without `stored` the database did not answer.
pub(crate) fn render(stored: Option<&Gauges>) -> String {
    COUNTERS.with_borrow(|counters| counters.render(stored, wasm_memory_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stores::d1::operations::{OpenJobs, ScopeVersion};

    fn ended(route: &'static str, status: u16, duration_ms: i64) -> Ended<'static> {
        Ended { request_id: "", method: "GET", route, status, duration_ms }
    }

    #[test]
    fn requests_are_counted_by_route_and_status() {
        let mut counters = Counters::default();
        for (status, ms) in [(200, 0), (200, 7), (404, 60_000)] {
            counters.request(&ended("/indices/{slug}", status, ms));
        }
        counters.stream_points = 7;
        counters.kv_writes = 3;
        let text = counters.render(None, 65_536);
        for line in [
            "equipoise_requests_total{method=\"GET\",route=\"/indices/{slug}\",status=\"200\"} 2",
            "equipoise_request_duration_ms_bucket{le=\"1\"} 1",
            "equipoise_request_duration_ms_bucket{le=\"30000\"} 2",
            "equipoise_request_duration_ms_bucket{le=\"+Inf\"} 3",
            "equipoise_request_duration_ms_sum 60007",
            "wasm_memory_bytes 65536",
            "equipoise_stream_points_total 7",
            "equipoise_kv_reads_total 0",
            "equipoise_kv_writes_total 3",
            "equipoise_database_up 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn labels_cannot_break_out() {
        let stored = Gauges {
            versions: vec![ScopeVersion { scope: "a\"} 1\nx".into(), version: 3 }],
            jobs: vec![OpenJobs { kind: "ingest".into(), open: 2 }],
            streams: 4,
        };
        let text = Counters::default().render(Some(&stored), 0);
        assert!(text.contains("equipoise_data_version{scope=\"a\\\"} 1\\nx\"} 3\n"), "{text}");
        assert!(text.contains("equipoise_jobs_open{kind=\"ingest\"} 2\n"));
        assert!(text.ends_with("equipoise_streams 4\n"));
    }
}

//! The description of the API against the running product: Schemathesis makes requests from `docs/openapi.json`, good and bad
//! ones, and holds every answer to it.

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use system_tests::{
    Options, Server, ended, repository, sessions_between, small_bars, small_chain, small_shares, strangle,
};

/// Of all the checks that there are these are left out. That a request is refused for a rule which the schema does not know (a
/// symbol's letters), or taken although the schema is narrower (an empty parameter counts as absent), is meant.
const LEFT_OUT: &str = "negative_data_rejection,positive_data_acceptance";

fn schemathesis() -> PathBuf {
    let tools = std::env::var_os("EQUIPOISE_TOOLS").map(PathBuf::from);
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    tools.or_else(|| cache.map(|cache| cache.join("equipoise"))).unwrap().join("python/bin/schemathesis")
}

/// Something to read, under the names that the description's examples use where they can be had.
fn fill(server: &Server) {
    let batch = json!({"symbol": "BTC/USD", "values": [64998.5, 65001.25]});
    let _ = server.request("POST", "/add_batch").json(&batch).send().expect(200);
    server.import("shares", small_shares(10));
    server.import("daily_bars", small_bars(&sessions_between("2026-08-03", "2026-08-31"), 10));
    server.build(&json!({"start_date": "2026-08-04", "end_date": "2026-08-31", "top_n": 5}));
    let _ = server.send_csv("chains", small_chain(10)).expect(201);
    // The examples name the seventh run.
    let runs: Vec<_> =
        (0..7).map(|_| server.post("/backtests", &strangle()).expect(202).json()["id"].clone()).collect();
    for run in &runs {
        let _ = ended(server, run);
    }
}

/// Attacks for so many seconds, of which `SCHEMATHESIS_SECONDS` makes others, with every check but those named.
fn attack(server: &Server, seconds: u32, left_out: &str) {
    let program = schemathesis();
    assert!(program.exists(), "{} is not there (scripts/setup.sh python)", program.display());
    let seconds = std::env::var("SCHEMATHESIS_SECONDS").unwrap_or_else(|_| seconds.to_string());
    let output = Command::new(&program)
        .arg("run")
        .arg(repository().join("docs/openapi.json"))
        .args(["--url", server.url("").as_str(), "--checks", "all", "--exclude-checks", left_out])
        .args(["--phases", "examples,coverage,fuzzing,stateful"])
        // A WebSocket is not a request with an answer.
        .args(["--exclude-path-regex", "/live$", "--max-time", &seconds, "--max-examples", "10", "--seed", "8"])
        .args(["--request-timeout", "20", "--generation-database", "none", "--no-shrink", "--no-color"])
        .args(["--continue-on-failure", "--warnings", "off"])
        .current_dir(server.state())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("Tested:"), "nothing was tried: {said}");
    let _ = server.get("/health").expect(200);
}

#[test]
fn every_answer_is_one_that_the_description_names() {
    let server = Server::start(Options::default());
    fill(&server);
    // Here everyone may everything, so no credential is missed.
    attack(&server, 45, &format!("{LEFT_OUT},ignored_auth"));
}

#[test]
fn every_refusal_of_a_stranger_is_one_that_the_description_names() {
    let server = Server::start(Options::default().var("AUTH_MODE", "required").var("PUBLIC_READS", false));
    attack(&server, 15, LEFT_OUT);
    assert_eq!(server.sql("select count(*) as n from jobs")[0]["n"], 0);
}

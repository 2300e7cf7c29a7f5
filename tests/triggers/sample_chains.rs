//! The made-up market's option chains, brought in by the job that `make ingest KIND=chains` adds, and a run over them.

use serde_json::json;
use system_tests::{Options, Server, ended};

#[test]
fn a_made_up_chain_can_be_ingested_again_and_run_over() {
    let server = Server::start(Options::default().var("SAMPLE_COMPANIES", 150));
    let ingest = |provider: &str| {
        let spec = json!({"provider": provider, "from": "2026-08-03", "to": "2026-10-30"});
        let _ = server.sql(&format!(
            "insert into jobs (kind, key, spec, created_at, updated_at) values ('ingest_chains', 'x', '{spec}', 0, 0)"
        ));
        server.finish_jobs();
    };
    ingest("sample");
    let held = server.get("/chains").expect(200).json();
    let first = held["data"][0].clone();
    assert_eq!(held["data"].as_array().unwrap().len(), 3, "{held}");
    assert_eq!(
        (&first["synthetic"], &first["sources"], &first["sessions"]),
        (&json!(true), &json!(["sample"]), &json!(64))
    );
    ingest("sample");
    assert_eq!(server.get("/chains").expect(200).json(), held, "the same again changes nothing");
    let body = json!({"underlying": first["underlying"], "dte": {"target": 30, "min": 14, "max": 60},
        "legs": [{"side": "sell", "type": "p", "select": {"by": "delta", "target": 0.25}}], "entry": {"when": "when_flat"}});
    let id = server.post("/backtests", &body).expect(202).json()["id"].clone();
    let run = ended(&server, &id);
    assert_eq!(run["status"], "succeeded", "{run}");
    assert!(run["report"]["statistics"]["trades"].as_u64().unwrap() > 0, "{run}");
    ingest("massive");
    let failed = server.sql("select error from jobs where kind = 'ingest_chains' and status = 'failed'");
    assert!(failed[0]["error"].as_str().unwrap().starts_with("provider_not_configured"), "{failed:?}");
}

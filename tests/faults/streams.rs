//! Kills while several clients send batches: what was acknowledged is there, what was not is there wholly or not at all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use serde_json::json;
use system_tests::{Options, Server};

use crate::chance::Chance;
use crate::kills;

const SYMBOLS: [&str; 3] = ["k1", "k2", "k3"];
/// A stream takes hundreds of batches in this time.
const USUAL: Duration = Duration::from_millis(900);

/// Points that one client had acknowledged when the server was killed, and those with what it had sent last.
struct Log {
    acknowledged: u64,
    sent: u64,
}

/// Sends the numbers from `next` on in batches, small ones and every seventh a large one, until the server is gone.
fn send_until_killed(server: &Server, symbol: &str, mut next: u64, gone: &AtomicBool) -> Log {
    for batch in 0_u64.. {
        let size = if batch % 7 == 3 { 10_000 } else { 1 + batch * 37 % 300 };
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let values: Vec<f64> = (next..next + size).map(|number| number as f64).collect();
        let request = server.request("POST", "/add_batch/").json(&json!({"symbol": symbol, "values": values}));
        match request.try_send().map(|reply| reply.status) {
            Ok(200) => next += size,
            _ if gone.load(Ordering::SeqCst) => return Log { acknowledged: next, sent: next + size },
            other => panic!("{symbol}: {other:?} from a server that lives"),
        }
    }
    unreachable!("the loop has no end")
}

/// The last numbers of 0, 1, 2 … without one missing or doubled have these statistics and no others.
fn assert_numbers(server: &Server, symbol: &str, total: u64) {
    for k in 1..=8 {
        let found = server.get(&format!("/stats?symbol={symbol}&k={k}")).expect(200).json();
        let held = total.min(10_u64.pow(k));
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let (n, last) = (held as f64, (total - 1) as f64);
        assert_eq!((&found["total"], &found["count"]), (&json!(total), &json!(held)), "{symbol}: {found}");
        for (field, right) in
            [("avg", last - (n - 1.0) / 2.0), ("var", (n * n - 1.0) / 12.0), ("max", last), ("min", last - n + 1.0)]
        {
            let is = found[field].as_f64().unwrap();
            assert!((is - right).abs() <= 1e-9 * right.abs(), "{symbol}, k = {k}: {field} {is} and not {right}");
        }
    }
}

#[test]
fn a_killed_stream_keeps_everything_acknowledged_and_nothing_by_halves() {
    let mut chance = Chance::new("streams");
    let mut server = Server::start(Options::default());
    let mut next = [0_u64; SYMBOLS.len()];
    for kill in 0..kills() {
        let gone = AtomicBool::new(false);
        let pid = server.pid();
        let logs: Vec<Log> = scope(|scope| {
            let (server, gone) = (&server, &gone);
            let clients = SYMBOLS.iter().zip(next);
            let clients: Vec<_> = clients
                .map(|(symbol, next)| scope.spawn(move || send_until_killed(server, symbol, next, gone)))
                .collect();
            sleep(chance.within(USUAL));
            gone.store(true, Ordering::SeqCst);
            let killed = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
            assert!(killed.success());
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        server.kill();
        server.restart();
        for ((symbol, log), next) in SYMBOLS.iter().zip(logs).zip(&mut next) {
            let found = server.get(&format!("/stats?symbol={symbol}&k=8"));
            let total = if found.status == 404 { 0 } else { found.expect(200).json()["total"].as_u64().unwrap() };
            let Log { acknowledged, sent } = log;
            assert!(total == acknowledged || total == sent, "{symbol}: {total} of {acknowledged} or {sent}");
            *next = total;
        }
        println!("kill {kill}: {next:?} points");
    }
    for (symbol, total) in SYMBOLS.iter().zip(next) {
        assert!(total > 0, "{symbol}: nothing was acknowledged in any round");
        assert_numbers(&server, symbol, total);
    }
}

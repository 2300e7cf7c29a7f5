//! A small option chain and a strategy over it, and the wait for a run.

use std::time::{Duration, Instant};

use domain::calendar::next_session;
use domain::units::Day;
use serde_json::{Value, json};

use crate::Server;

/// So many sessions of a small chain whose prices follow from the strike and the day: 200 quotes each.
#[must_use]
pub fn small_chain(sessions: i32) -> String {
    let mut text = "quote_date,underlying,underlying_price,expiration,strike,type,bid,ask,iv,delta,root\n".to_owned();
    let mut day: Day = "2024-01-02".parse().unwrap();
    for session in 0..sessions {
        let spot = 100.0 + f64::from(session % 7) - f64::from(session % 3);
        for weeks in [1, 2, 4, 6] {
            // A Friday of those weeks.
            let mut expiration = day.plus(7 * weeks);
            while expiration.weekday().to_string() != "Fri" {
                expiration = expiration.plus(1);
            }
            for step in 0..25 {
                let strike = 70.0 + 2.5 * f64::from(step);
                for (letter, intrinsic, sign) in
                    [("c", (spot - strike).max(0.0), 1.0), ("p", (strike - spot).max(0.0), -1.0)]
                {
                    let distance = (strike - spot).abs();
                    let mid = intrinsic + 3.0 * (-distance / 12.0).exp() * f64::from(weeks).sqrt() / 2.0;
                    let delta = sign * (0.5 + 0.5 * sign * (spot - strike) / (10.0 + distance)).clamp(0.01, 0.99);
                    let (bid, ask) = (((mid - 0.05) * 100.0).round() / 100.0, ((mid + 0.05) * 100.0).round() / 100.0);
                    let bid = bid.max(0.0);
                    text.push_str(&format!(
                        "{day},TEST,{spot},{expiration},{strike},{letter},{bid},{ask},0.2,{delta:.4},TEST\n"
                    ));
                }
            }
        }
        day = next_session(day).unwrap();
    }
    text
}

/// Strangles sold over [`small_chain`].
#[must_use]
pub fn strangle() -> Value {
    json!({"name": "strangle", "underlying": "TEST", "dte": {"target": 14, "min": 5, "max": 40},
        "legs": [{"side": "sell", "type": "p", "select": {"by": "delta", "target": 0.2}},
            {"side": "sell", "type": "c", "select": {"by": "delta", "target": 0.2}}],
        "entry": {"when": "every_n_days", "n": 2}, "exit": {"profit_target_pct": 50}, "conventions": "reference"})
}

/// Waits until a run has ended; the queue drives it.
///
/// # Panics
/// Where it does not within two minutes.
#[must_use]
pub fn ended(server: &Server, id: &Value) -> Value {
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        let run = server.get(&format!("/backtests/{id}")).expect(200).json();
        if !matches!(run["status"].as_str(), Some("queued" | "running")) {
            return run;
        }
        assert!(Instant::now() < deadline, "the run never ended: {run}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

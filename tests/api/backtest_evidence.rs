//! How far results can be believed, and runs put together: against the same numbers reckoned here from what the API gives.

use serde_json::{Value, json};
use system_tests::{Options, Server, ended, small_chain, strangle};

use crate::chains::import;

const RUNS: usize = 6;

/// A server with a sweep of six finished runs, by number.
fn swept() -> (Server, Vec<i64>) {
    let server = Server::start(Options::default());
    let _ = import(&server, small_chain(40)).expect(201);
    let grid = json!({"legs[0].select.target": [0.1, 0.2, 0.3], "exit.profit_target_pct": [25, 50]});
    let sweep = server.post("/sweeps", &json!({"strategy": strangle(), "grid": grid})).expect(202).json();
    assert_eq!(sweep["id"], 1);
    let runs = server.get("/sweeps/1").expect(200).json()["runs"].as_array().unwrap().clone();
    let mut ids: Vec<i64> = runs.iter().map(|run| run["id"].as_i64().unwrap()).collect();
    ids.sort_unstable();
    for id in &ids {
        assert_eq!(ended(&server, &json!(id))["status"], "succeeded");
    }
    assert_eq!(ids.len(), RUNS);
    (server, ids)
}

fn equity(server: &Server, id: i64) -> Vec<(String, f64)> {
    let data = server.get(&format!("/backtests/{id}/equity")).expect(200).json();
    let session = |day: &Value| (day["date"].as_str().unwrap().to_owned(), day["equity"].as_f64().unwrap());
    data["data"].as_array().unwrap().iter().map(session).collect()
}

fn capital(server: &Server, id: i64) -> f64 {
    server.get(&format!("/backtests/{id}")).expect(200).json()["report"]["capital"].as_f64().unwrap()
}

fn returns(capital: f64, equity: &[(String, f64)]) -> Vec<f64> {
    let before = std::iter::once(capital).chain(equity.iter().map(|(_, equity)| *equity));
    before.zip(equity).map(|(before, (_, equity))| equity / before - 1.0).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a few sessions")]
fn ratio(returns: &[f64]) -> f64 {
    let n = returns.len() as f64;
    let mean = returns.iter().sum::<f64>() / n;
    mean / (returns.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

fn close(found: &Value, expected: f64, what: &str) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{what} is undefined"));
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1e-3), "{what}: {found}, expected {expected}");
}

#[test]
fn a_run_says_what_chance_could_have_made_of_it() {
    let (server, ids) = swept();
    let path = format!("/backtests/{}/confidence", ids[0]);
    let found = server.get(&path).expect(200).json();
    let run = server.get(&format!("/backtests/{}", ids[0])).expect(200).json();
    let named = |name: &str| {
        let series = run["report"]["series"].as_array().unwrap();
        series.iter().find(|statistic| statistic["name"] == name).unwrap()["value"].clone()
    };
    let intervals = found["intervals"].as_array().unwrap();
    assert!(intervals.len() >= 4, "{found}");
    for interval in intervals {
        let name = interval["statistic"].as_str().unwrap();
        close(&interval["value"], named(name).as_f64().unwrap(), name);
        assert!(interval["low"].as_f64() <= interval["high"].as_f64(), "{interval}");
    }
    assert_eq!((&found["samples"], &found["seed"], &found["sessions"]), (&json!(1000), &json!(1), &json!(40)));
    assert_eq!(found["trades"], run["report"]["statistics"]["trades"]);
    assert_eq!(found["probabilistic_sharpe"], named("probabilistic_sharpe"));
    for p in ["mean_return_p_value", "trade_sign_p_value"] {
        assert!((0.0..=1.0).contains(&found[p].as_f64().unwrap()), "{p}: {found}");
    }
    // Drawn from a seed: the same again, and others from another one.
    assert_eq!(server.get(&path).expect(200).json(), found);
    assert_ne!(server.get(&format!("{path}?seed=2")).expect(200).json()["intervals"], found["intervals"]);
    for wrong in ["samples=99", "samples=5001", "block=0", "seed=-1"] {
        let _ = server.get(&format!("{path}?{wrong}")).problem(422, "invalid_value");
    }
    let _ = server.get(&format!("{path}?folds=2")).problem(400, "unknown_parameter");
    let _ = server.get("/backtests/99/confidence").problem(404, "not_found");
}

#[test]
fn the_best_of_a_sweep_is_chosen_tested_and_walked_forward() {
    let (server, ids) = swept();
    let found = server.get("/sweeps/1/evidence?folds=3&blocks=4").expect(200).json();
    assert_eq!((&found["trials"], &found["left_out"], &found["sessions"]), (&json!(6), &json!(0), &json!(40)));
    let all: Vec<Vec<f64>> = ids.iter().map(|id| returns(capital(&server, *id), &equity(&server, *id))).collect();
    let best_of = |range: std::ops::Range<usize>| {
        let ratios: Vec<f64> = all.iter().map(|returns| ratio(&returns[range.clone()])).collect();
        let best = (0..RUNS).fold(0, |best, at| if ratios[at] > ratios[best] { at } else { best });
        (best, ratios[best] * 252.0_f64.sqrt())
    };
    let (best, sharpe) = best_of(0..40);
    assert_eq!(found["best"]["id"], ids[best]);
    close(&found["best"]["sharpe"], sharpe, "the best Sharpe ratio");
    for probability in ["deflated_sharpe", "reality_check_p_value"] {
        assert!((0.0..=1.0).contains(&found[probability].as_f64().unwrap()), "{probability}: {found}");
    }
    assert_eq!(found["overfitting"]["splits"], 6);
    let folds = found["walk_forward"]["folds"].as_array().unwrap();
    let dates = equity(&server, ids[0]);
    let mut walked = 1.0;
    for (at, fold) in folds.iter().enumerate() {
        let (from, to) = ((at + 1) * 10, (at + 2) * 10);
        let (chosen, before) = best_of(0..from);
        assert_eq!(
            (&fold["id"], &fold["start_date"], &fold["end_date"]),
            (&json!(ids[chosen]), &json!(dates[from].0), &json!(dates[to - 1].0))
        );
        close(&fold["sharpe_before"], before, "the ratio before");
        walked *= all[chosen][from..to].iter().map(|r| 1.0 + r).product::<f64>();
    }
    assert_eq!(folds.len(), 3);
    let total = &found["walk_forward"]["statistics"][0];
    assert_eq!(total["name"], "total_return");
    close(&total["value"], walked - 1.0, "the walk's total return");
    let _ = server.get("/sweeps/1/evidence?blocks=5").problem(422, "invalid_value");
    let _ = server.get("/sweeps/9/evidence").problem(404, "not_found");
}

#[test]
fn runs_put_together_are_the_sum_of_their_accounts() {
    let (server, ids) = swept();
    let (first, second) = (equity(&server, ids[0]), equity(&server, ids[5]));
    let capital = capital(&server, ids[0]);
    let path = format!("/portfolio?runs={},{}", ids[0], ids[5]);
    let whole = server.get(&path).expect(200).json();
    close(&whole["capital"], 2.0 * capital, "the capital");
    for ((day, (date, one)), (_, other)) in whole["data"].as_array().unwrap().iter().zip(&first).zip(&second) {
        assert_eq!(day["date"], json!(date));
        close(&day["equity"], one + other, date);
    }
    close(&whole["correlations"][0][0], 1.0, "a run and itself");
    assert_eq!(whole["correlations"][0][1], whole["correlations"][1][0]);
    // A quarter in the first, half in the second, the rest in cash.
    let part = server.get(&format!("{path}&weights=0.25,0.5&capital=1000")).expect(200).json();
    let last = part["data"].as_array().unwrap().last().unwrap();
    let expected = 250.0 / capital * first[39].1 + 500.0 / capital * second[39].1 + 250.0;
    close(&last["equity"], expected, "the weighted account");
    for wrong in ["runs=1,1", "runs=a", "runs=1,2&weights=1", "runs=1,2&weights=0.9,0.2", "runs=1&weights=0"] {
        let _ = server.get(&format!("/portfolio?{wrong}")).problem(422, "invalid_value");
    }
    let _ = server.get("/portfolio?runs=1,99").problem(404, "not_found");
}

#[test]
fn a_run_is_tried_at_fills_from_the_mid_to_the_far_side() {
    let (server, ids) = swept();
    let path = format!("/backtests/{}/fill-sensitivity", ids[0]);
    let sweep = server.post(&path, &json!({})).expect(202).json();
    assert_eq!(sweep["runs"], 5);
    let runs = server.get(&format!("/sweeps/{}", sweep["id"])).expect(200).json()["runs"].as_array().unwrap().clone();
    let mut by_slippage: Vec<(f64, f64, f64)> = runs
        .iter()
        .map(|run| {
            let run = ended(&server, &run["id"]);
            let statistics = &run["report"]["statistics"];
            let number = |value: &Value| value.as_f64().unwrap();
            (
                number(&run["varied"]["fill.slippage"]),
                number(&statistics["total_slippage"]),
                number(&statistics["trades"]),
            )
        })
        .collect();
    by_slippage.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(by_slippage.iter().map(|run| run.0).collect::<Vec<_>>(), [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert!(by_slippage[0].1.abs() < 1e-9, "nothing is paid at the mid: {by_slippage:?}");
    assert!(by_slippage.iter().all(|run| run.2 > 0.0) && by_slippage[4].1 > by_slippage[1].1, "{by_slippage:?}");
    let two = server.post(&path, &json!({"slippages": [0.1, 0.9]})).expect(202).json();
    assert_eq!(two["runs"], 2);
    let _ = server.post(&path, &json!({"slippages": [2]})).problem(422, "invalid_value");
    let _ = server.post("/backtests/99/fill-sensitivity", &json!({})).problem(404, "not_found");
}

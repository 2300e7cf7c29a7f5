use serde_json::{Value, json};

use super::*;

fn body() -> Value {
    json!({
        "underlying": "SPX", "dte": {"target": 30, "min": 20, "max": 45},
        "legs": [
            {"side": "sell", "type": "p", "select": {"by": "delta", "target": 0.3}},
            {"side": "buy", "type": "p", "select": {"by": "width", "ref_leg": 0, "offset": 50}},
        ],
        "entry": {"when": "every_n_days", "n": 5}, "fill": {"model": "mid_slip", "slippage": 0.5},
    })
}

/// The body with the value at a pointer replaced.
fn with(pointer: &str, value: Value) -> Value {
    let mut body = body();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap() {
        Value::Object(map) => drop(map.insert(key.to_owned(), value)),
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        other => panic!("{other}"),
    }
    body
}

fn problem(pointer: &str, value: Value) -> String {
    let error = Strategy::from_value(&with(pointer, value)).unwrap_err();
    let fields: Vec<_> = error.problems().iter().map(|problem| problem.field.as_str()).collect();
    fields.join(" ")
}

#[test]
fn a_strategy_is_read_with_its_defaults() {
    let strategy = Strategy::from_value(&body()).unwrap();
    assert_eq!((strategy.capital, strategy.multiplier, strategy.quantity), (100_000.0, 100.0, 1));
    assert_eq!((strategy.conventions, strategy.legs[0].ratio), (Conventions::Strict, 1));
    assert_eq!(strategy.fill.fill_at, FillAt::Same);
}

#[test]
fn what_is_written_reads_back_the_same() {
    let strategy = Strategy::from_value(&with("/start_date", json!("2019-04-25"))).unwrap();
    assert_eq!(Strategy::from_json(strategy.to_json().as_bytes()).unwrap(), strategy);
    assert!(strategy.to_json().contains(r#""start_date":"2019-04-25""#));
}

#[test]
fn a_wrong_shape_is_told_with_its_path() {
    for (pointer, value, field) in [
        ("/legs/1/side", json!("hold"), "legs[1].side"),
        ("/legs/1/select/by", json!("luck"), "legs[1].select.by"),
        ("/legs/0/selekt", json!({}), "legs[0].selekt"),
        ("/dte/target", json!(-1), "dte.target"),
        ("/entry/when", json!("sometimes"), "entry.when"),
        ("/start_date", json!("2021-02-30"), "start_date"),
        ("/data", json!({}), "data"),
    ] {
        assert_eq!(problem(pointer, value), field);
    }
    let unknown = Strategy::from_value(&with("/legs/0/selekt", json!(1))).unwrap_err().to_string();
    assert!(unknown.contains("unknown field `selekt`"), "{unknown}");
    assert!(matches!(Strategy::from_json(b"{"), Err(StrategyError::NotJson(_))));
}

#[test]
fn impossible_values_are_told_with_their_path() {
    for (pointer, value, field) in [
        ("/underlying", json!("S'PX"), "underlying"),
        ("/capital", json!(0), "capital"),
        ("/quantity", json!(0), "quantity"),
        ("/legs", json!([]), "legs"),
        ("/legs", json!([{"side": "buy", "type": "s"}]), "legs"),
        ("/legs/0/ratio", json!(0), "legs[0].ratio"),
        ("/legs/0/select", json!({"by": "delta"}), "legs[0].select.target"),
        ("/legs/0/select", json!({"by": "delta", "target": 30}), "legs[0].select.target"),
        ("/legs/0/select", json!({"by": "atm", "target": 1}), "legs[0].select.target"),
        ("/legs/1/select/ref_leg", json!(1), "legs[1].select.ref_leg"),
        ("/legs/1/select", json!({"by": "same_strike", "ref_leg": 0, "offset": 1}), "legs[1].select.offset"),
        ("/dte", json!({"target": 5000, "min": 20, "max": 45}), "dte.target"),
        ("/dte", json!({"target": 30, "min": 46, "max": 45}), "dte.min"),
        ("/dte", json!(null), "legs[0].dte legs[1].dte"),
        ("/entry/n", json!(0), "entry.n"),
        ("/entry", json!({"when": "weekday"}), "entry.weekdays"),
        ("/entry", json!({"when": "daily", "n": 2}), "entry.n"),
        ("/exit", json!({"profit_target_pct": 0}), "exit.profit_target_pct"),
        ("/exit", json!({"trailing_start_pct": 5}), "exit.trailing_start_pct"),
        ("/fill", json!({"model": "mid", "slippage": 0.5}), "fill.slippage"),
        ("/fill", json!({"model": "mid_slip", "slippage": 1.5}), "fill.slippage"),
        (
            "/fees",
            json!({"tiers": [{"from": 1, "per_contract": 1}, {"from": 1, "per_contract": 0.5}]}),
            "fees.tiers[1].from",
        ),
        ("/sizing", json!({"by": "risk"}), "sizing.pct"),
    ] {
        assert_eq!(problem(pointer, value), field);
    }
    let reversed = json!("2019-01-01");
    let mut body = with("/end_date", reversed);
    body["start_date"] = json!("2019-01-02");
    assert_eq!(Strategy::from_value(&body).unwrap_err().problems()[0].field, "end_date");
}

#[test]
fn all_problems_are_told_at_once() {
    let mut body = with("/capital", json!(-1));
    body["quantity"] = json!(0);
    let error = Strategy::from_value(&body).unwrap_err();
    assert_eq!(error.problems().len(), 2);
    assert!(error.to_string().starts_with("capital: expected 1 to 1000000000000000, was -1; quantity:"), "{error}");
}

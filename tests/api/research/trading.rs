//! Orders that must reproduce holdings.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use system_tests::Server;

use super::{SLUG, assert_same, build, market, number, sum};

/// Replays the orders of every rebalance and compares the holdings before and after each.
fn replay(server: &Server, query: &str) -> (Value, usize) {
    let whole = server.get(&format!("/index-trades?{query}")).expect(200).json();
    let mut held: BTreeMap<String, f64> = BTreeMap::new();
    let mut orders = 0;
    for rebalance in whole["rebalances"].as_array().unwrap() {
        let date = rebalance["date"].as_str().unwrap();
        let one = server.get(&format!("/index-trades?{query}&date={date}")).expect(200).json();
        for order in one["orders"].as_array().unwrap() {
            let ticker = order["ticker"].as_str().unwrap().to_owned();
            let shares = held.entry(ticker).or_default();
            assert_eq!(shares.to_bits(), number(order, "shares_before").to_bits(), "{date} {order}");
            *shares += number(order, "shares");
            assert_eq!(shares.to_bits(), number(order, "shares_after").to_bits(), "{date} {order}");
            orders += 1;
        }
        held.retain(|_, shares| *shares != 0.0);
        let cash = number(&one, "cash_before")
            - sum(&one["orders"], "notional")
            - one["orders"].as_array().unwrap().iter().map(|order| number(&order["costs"], "total")).sum::<f64>();
        assert_same(number(&one, "cash_after"), cash, 1e-6);
        // Nothing is held but the members of that day.
        let composition = server.get(&format!("/index-composition?date={date}&{SLUG}")).expect(200).json();
        let members: BTreeSet<&str> = composition["constituents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|member| member["ticker"].as_str().unwrap())
            .collect();
        assert!(held.keys().all(|ticker| members.contains(ticker.as_str())), "{date}");
    }
    (whole, orders)
}

#[test]
fn orders_reproduce_the_holdings_exactly_and_free_ones_the_index() {
    let server = market();
    build(&server, json!({"top_n": 20}));
    let range = format!("{SLUG}&start_date=2026-07-01&end_date=2026-08-14");
    let (fractional, orders) = replay(&server, &range);
    assert!(orders > 600, "{orders} orders");
    assert!(number(&fractional, "net_return") < number(&fractional, "gross_return"));
    assert!(number(&fractional, "capacity") > 0.0);
    let (whole, _) = replay(&server, &format!("{range}&mode=whole&lot=10&capital=250000"));
    for rebalance in whole["rebalances"].as_array().unwrap() {
        assert!(number(rebalance, "cash") >= 0.0, "{rebalance}");
    }
    for order in whole["orders"].as_array().unwrap() {
        assert_same(number(order, "shares") % 10.0, 0.0, 0.0);
    }
    let free = format!("{range}&commission_bps=0&half_spread_bps=0&impact=0");
    let free = server.get(&format!("/index-trades?{free}")).expect(200).json();
    assert_same(number(&free, "net_return"), number(&free, "gross_return"), 1e-12);
    assert_same(number(&free["total_costs"], "total"), 0.0, 0.0);
    let _ = server.get(&format!("/index-trades?{range}&date=2026-08-15")).problem(404, "no_data");
    let _ = server.get(&format!("/index-trades?{range}&mode=fractional&lot=10")).problem(422, "invalid_value");
    let ruinous = format!("/index-trades?{range}&capital=100&least_commission=10");
    let _ = server.get(&ruinous).problem(422, "costs_exceed_value");
}

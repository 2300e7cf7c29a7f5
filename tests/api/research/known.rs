//! Membership as known on a day: whatever the definition, the members are those that were built when no more was known.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use system_tests::Server;

use super::{assert_same, build, market, number};

/// Everything stored so far was stored on the last day of October.
fn stored_in_october(server: &Server) {
    let _ = server.sql("update publications set at = 1793448000000");
}

fn members(list: &Value) -> BTreeMap<String, (u64, f64)> {
    let entry = |one: &Value| {
        (one["ticker"].as_str().unwrap().to_owned(), (one["rank"].as_u64().unwrap(), number(one, "market_cap")))
    };
    list.as_array().unwrap().iter().map(entry).collect()
}

#[test]
fn members_known_on_a_day_are_those_that_were_built_then() {
    let server = market();
    // Two companies of two lines each, whose caps come together.
    let lines = "ticker,name,sector,issuer\nC35,Company 35,Health,Twins\nC36,Company 36,Tools,Twins\nC10,Company 10,Tools,Pair\nC11,Company 11,Health,Pair\n";
    server.import("securities", lines);
    // Of another share count, or the caps would be taken for those of the whole company.
    server.import("shares", "ticker,shares_outstanding,as_of\nC36,1400000,2010-01-04\nC11,1300000,2010-01-04\n");
    stored_in_october(&server);
    let definitions = [
        json!({"top_n": 20}),
        json!({"top_n": 20, "buffer": 5}),
        json!({"top_n": 20, "buffer": 5, "rebalance": "weekly", "weighting": "cap"}),
        json!({"top_n": 20, "share_classes": "company", "weighting": "cap"}),
        json!({"top_n": 20, "share_classes": "company", "buffer": 3}),
        json!({"top_n": 20, "quality": "repair"}),
        json!({"top_n": 20, "quality": "repair", "share_classes": "company", "rebalance": "weekly"}),
        json!({"top_n": 20, "weighting": "min_variance"}),
        json!({"top_n": 20, "weighting": "erc", "buffer": 4, "share_classes": "company"}),
    ];
    let slugs: Vec<String> = definitions.iter().map(|definition| build(&server, definition.clone())).collect();
    let date = "2026-09-25";
    let composition = |slug: &str| {
        let answer = server.get(&format!("/index-composition?index={slug}&date={date}")).expect(200).json();
        answer["constituents"].clone()
    };
    let then: Vec<Value> = slugs.iter().map(|slug| composition(slug)).collect();
    // Later it is heard that half of them had many more shares since June, and that another close was traded.
    let mut shares = "ticker,shares_outstanding,as_of\n".to_owned();
    let mut bars = "date,ticker,close\n".to_owned();
    for company in 0..20 {
        shares += &format!("C{company:02},1900000,2026-06-01\n");
        bars += &format!("2026-09-25,C{:02},40\n", company + 18);
    }
    server.import("shares", shares);
    server.import("daily_bars", bars);
    for (slug, then) in slugs.iter().zip(&then) {
        let path = format!("/index-membership?index={slug}&date={date}");
        let known = server.get(&format!("{path}&known_on=2026-10-31")).expect(200).json();
        assert_eq!(members(&known["members"]), members(then), "{slug}");
        for (member, stored) in known["members"].as_array().unwrap().iter().zip(then.as_array().unwrap()) {
            assert_same(number(member, "weight"), number(stored, "weight"), 1e-12);
            assert_same(number(member, "price"), number(stored, "price"), 0.0);
        }
        // Nothing had been stored before; and at present it is another index.
        let _ = server.get(&format!("{path}&known_on=2026-10-30")).problem(404, "no_data");
        let present = server.get(&path).expect(200).json();
        assert_ne!(members(&present["members"]), members(then), "{slug}");
        assert!(
            !known["entered_since"].as_array().unwrap().is_empty()
                && !known["left_since"].as_array().unwrap().is_empty()
        );
        let mut definition = definitions[slugs.iter().position(|other| other == slug).unwrap()].clone();
        definition["end_date"] = json!(date);
        build(&server, definition);
        assert_eq!(members(&present["members"]), members(&composition(slug)), "{slug} at present");
    }
    let of = |slug: &str, ticker: &str| {
        let path = format!("/index-membership?index={slug}&date={date}&known_on=2026-10-31");
        let known = server.get(&path).expect(200).json();
        known["members"].as_array().unwrap().iter().find(|one| one["ticker"] == ticker).cloned()
    };
    let company = &slugs[3];
    let stands_for_both = of(company, "C35").or_else(|| of(company, "C36")).unwrap();
    assert_eq!((&stands_for_both["basis"], &stands_for_both["shares"]), (&json!("company"), &Value::Null));
    assert!(of(company, "C35").is_none() || of(company, "C36").is_none());
    // Through GraphQL it is the same.
    let query = format!(
        "{{ index(slug: \"{company}\") {{ membership(date: \"{date}\", knownOn: \"2026-10-31\") {{ members {{ ticker basis }} }} }} }}"
    );
    let found = crate::graphql::data(&server, &query, &json!({}));
    assert_eq!(found["index"]["membership"]["members"].as_array().unwrap().len(), 20);
}

#[test]
fn a_repaired_cap_says_which_count_it_rests_on() {
    let server = market();
    let caps = |wrong: bool| {
        let mut caps = "date,ticker,market_cap\n".to_owned();
        for day in system_tests::sessions_between("2026-07-01", "2026-09-30") {
            for company in 0..40 {
                let off = if wrong && company == 39 && day.to_string() == "2026-09-24" { 100.0 } else { 1.0 };
                let close = system_tests::small_close(day, company);
                caps += &format!("{day},C{company:02},{}\n", close * 1e6 * off);
            }
        }
        caps
    };
    server.import("market_caps", caps(true));
    stored_in_october(&server);
    let slug = build(&server, json!({"top_n": 20, "quality": "repair"}));
    // The source corrects it afterwards.
    server.import("market_caps", caps(false));
    let path = format!("/index-membership?index={slug}&date=2026-09-24");
    let known = server.get(&format!("{path}&known_on=2026-10-31")).expect(200).json();
    let of = |answer: &Value| {
        answer["members"].as_array().unwrap().iter().find(|one| one["ticker"] == "C39").unwrap().clone()
    };
    let member = of(&known);
    assert_eq!((&member["basis"], &member["shares_as_of"]), (&json!("repaired"), &json!("2026-09-23")));
    assert_same(number(&member, "shares") / 1e6, 1.0, 1e-12);
    assert_same(number(&member, "market_cap") / number(&member, "price") / 1e6, 1.0, 1e-12);
    assert!(member["data_version"].is_null());
    let present = of(&server.get(&path).expect(200).json());
    assert_eq!((&present["basis"], &present["rank"]), (&json!("reported"), &member["rank"]));
}

//! Whether the statements of a build look ahead: they are run with another future, and a broken one is caught.

use domain::research::{Evaluation, Part, moved};
use serde::Deserialize;

use super::combinations::eventful_market;
use super::*;
use crate::stores::d1::instead::{self, Future, Instead};
use crate::stores::d1::{Param, Statement};

fn evaluated(db: &D1, definition: &IndexDefinition, on: &str, future: Option<Future>) -> Evaluation {
    let store = D1IndexStore::new(db).with_another_future(future);
    let range = range(on, on);
    let rows = block_on(async {
        let held = store.rankable_sessions(definition, range).await.unwrap();
        let plan = plan_build(definition, range, &held.days, true).unwrap();
        store.explain(&index(db, definition), &plan).await.unwrap().rows
    });
    let value = rows.iter().map(|member| member.contribution).sum();
    Evaluation { value: Some(value), members: rows.into_iter().map(|row| (row.ticker, row.weight)).collect() }
}

#[test]
fn another_future_moves_nothing_before_it_and_is_felt_from_it_on() {
    let db = D1::in_memory();
    eventful_market(&[]).store(&db);
    let with = |weighting, rebalance, share_classes, buffer| IndexDefinition {
        top_n: 6,
        weighting,
        rebalance,
        return_type: ReturnType::Total,
        share_classes,
        buffer,
        ..IndexDefinition::default()
    };
    for definition in [
        with(Weighting::Equal, Rebalance::Daily, ShareClasses::Line, 0),
        with(Weighting::Cap, Rebalance::Weekly, ShareClasses::Company, 0),
        with(Weighting::Equal, Rebalance::Monthly, ShareClasses::Line, 2),
        with(Weighting::Capped, Rebalance::Daily, ShareClasses::Line, 0),
        with(Weighting::InverseVolatility, Rebalance::Weekly, ShareClasses::Line, 0),
        IndexDefinition { repairs_caps: true, ..with(Weighting::Equal, Rebalance::Daily, ShareClasses::Line, 0) },
        IndexDefinition { repairs_caps: true, ..with(Weighting::Cap, Rebalance::Weekly, ShareClasses::Company, 0) },
    ] {
        build(&db, &definition, range("2024-01-31", "2024-04-12"));
        for (before, on) in [("2024-02-13", "2024-02-14"), ("2024-02-21", "2024-02-22"), ("2024-03-28", "2024-04-01")] {
            let another = Some(Future { from: day(on), seed: 5 });
            let at = |on, future| evaluated(&db, &definition, on, future);
            let (is, would_be) = (at(on, None), at(on, another));
            let what = format!("{} on {on}", definition.slug());
            assert_eq!(moved(&is, &would_be, Part::Members), [], "{what}");
            assert_ne!(is.value, would_be.value, "{what}: the other future is not felt");
            assert_eq!(moved(&at(before, None), &at(before, another), Part::Everything), [], "{what}");
        }
    }
}

/// The members that a statement chooses on a session.
fn chosen(db: &D1, sql: &str, on: &str, future: Option<Future>) -> Evaluation {
    #[derive(Deserialize)]
    struct Row {
        security_id: i64,
    }
    let parameters: [Param; 11] = [
        serde_json::json!([day(on).number()]).to_string().into(),
        4.into(),
        1.into(),
        "[]".into(),
        0.into(),
        1.into(),
        0.into(),
        0.into(),
        Param::Null,
        "[]".into(),
        "[]".into(),
    ];
    let instead = future.map(Instead::Future);
    let statement: Statement = instead::statement(instead.as_ref(), sql.to_owned(), &parameters);
    let rows = block_on(db.run(statement)).unwrap().decode::<Row>().unwrap();
    let members = rows.into_iter().map(|row| (row.security_id.to_string(), 0.25)).collect();
    Evaluation { value: None, members }
}

#[test]
fn a_ranking_that_looks_a_session_ahead_is_caught() {
    let db = D1::in_memory();
    eventful_market(&[]).store(&db);
    let definition = IndexDefinition { weighting: Weighting::Cap, ..top(4) };
    let honest = super::super::selection::list_chosen(&definition);
    let broken = honest.replace("where c.day = d.value", "where c.day = d.value + 1");
    assert_ne!(honest, broken, "the statement is another one: break it anew");
    let another = Some(Future { from: day("2024-02-22"), seed: 5 });
    let catches = |sql: &str| {
        let at = |future| chosen(&db, sql, "2024-02-21", future);
        !moved(&at(None), &at(another), Part::Members).is_empty()
    };
    assert!(!catches(&honest));
    assert!(catches(&broken));
}

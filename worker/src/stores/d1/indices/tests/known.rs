//! Members as known at a data version: those of the index that was built when nothing else was known.

use domain::calendar::sessions as sessions_of;

use serde::Deserialize;

use super::repairs::{definitions, market, repaired};
use super::*;
use crate::stores::d1::Statement;

/// What came later: other closes and caps of days gone by, a split, sessions since, a company that nobody knew.
fn later() -> Market {
    let mut later = Market::default();
    for (company, on) in [
        (3_u32, "2024-02-09"),
        (19, "2024-01-26"),
        (20, "2024-02-21"),
        (21, "2024-02-23"),
        (22, "2024-02-27"),
        (23, "2024-02-14"),
    ] {
        later.bar(&format!("C{company:02}"), on, 61.5, 9e5);
    }
    for on in sessions_of(range("2024-03-11", "2024-03-15")) {
        for company in 0..24_u32 {
            later.bar(&format!("C{company:02}"), &on.to_string(), 50.0, 1e5 * f64::from(company + 1));
        }
    }
    for on in sessions_of(range("2024-01-02", "2024-03-08")) {
        later.bar("NEW", &on.to_string(), 100.0, 1e6);
    }
    later.splits.push(Split { ticker: ticker("C21"), ex_day: day("2024-02-20"), ratio: 2.0 });
    later
}

fn version(db: &D1) -> i64 {
    let rows = block_on(db.run(Statement::new("select version from data_versions where scope = 'all'"))).unwrap();
    rows.scalar().unwrap().unwrap()
}

fn chosen(db: &D1, definition: &IndexDefinition, on: Day, version: Option<i64>) -> Vec<(String, String)> {
    #[derive(Deserialize)]
    struct Row {
        id: i64,
        ticker: String,
    }
    let store = D1IndexStore::new(db);
    let days = block_on(store.closes_that_decide(definition, on)).unwrap();
    let found = block_on(store.choose_at(definition, &days, version)).unwrap();
    let names: Vec<Row> =
        block_on(db.run(Statement::new("select id, ticker from securities"))).unwrap().decode().unwrap();
    let name = |id: i64| names.iter().find(|row| row.id == id).unwrap().ticker.clone();
    found.iter().map(|one| (name(one.id), format!("{:.6}", one.cap))).collect()
}

#[test]
fn what_was_known_chooses_whom_a_build_chose_then() {
    let (then, since) = (D1::in_memory(), D1::in_memory());
    market(true).store(&then);
    market(true).store(&since);
    let known = version(&since);
    later().store(&since);
    // Ends of weeks, so that members are chosen there whatever the rebalance is.
    let closes = ["2024-02-23", "2024-03-08"].map(day);
    let mut moved = 0;
    for plain in definitions() {
        for definition in [plain.clone(), repaired(&plain)] {
            build(&then, &definition, range("2024-01-19", "2024-03-08"));
            let stored = block_on(
                D1IndexStore::new(&then).members(&index(&then, &definition), range("2024-01-19", "2024-03-08")),
            )
            .unwrap();
            for on in closes {
                let expected: Vec<(String, String)> = stored
                    .rows
                    .iter()
                    .filter(|row| row.day == on.number())
                    .map(|row| (row.ticker.clone(), format!("{:.6}", row.cap)))
                    .collect();
                let what = format!("{} on {on}", definition.slug());
                assert_eq!(chosen(&then, &definition, on, None), expected, "{what}, by what is stored");
                assert_eq!(chosen(&since, &definition, on, Some(known)), expected, "{what}, by what was known");
                moved += usize::from(chosen(&since, &definition, on, None) != expected);
            }
        }
    }
    assert!(moved > 60, "what came later moved {moved} choices: too few to tell");
}

/// The market with half a year before it: risk is not estimated from fewer returns.
fn with_history() -> Market {
    let mut longer = market(true);
    for on in sessions_of(range("2023-06-01", "2023-12-29")) {
        for company in 0..24_u32 {
            let wave = (f64::from(on.number()) * (0.31 + 0.07 * f64::from(company))).sin();
            let close = (40.0 + 2.0 * f64::from(company)) * (1.0 + 0.004 * f64::from(company + 2) * wave);
            longer.bar(&format!("C{company:02}"), &on.to_string(), close, close * 1024.0);
        }
    }
    longer
}

#[test]
fn weights_that_look_back_are_those_of_the_build() {
    let (then, since) = (D1::in_memory(), D1::in_memory());
    with_history().store(&then);
    with_history().store(&since);
    let known = version(&since);
    later().store(&since);
    let on = day("2024-03-08");
    for weighting in [Weighting::InverseVolatility, Weighting::EqualRisk, Weighting::MinimumVariance, Weighting::Capped]
    {
        let definition = IndexDefinition { weighting, ..top(6) };
        build(&then, &definition, range("2024-03-08", "2024-03-08"));
        let stored =
            block_on(D1IndexStore::new(&then).members(&index(&then, &definition), range("2024-03-08", "2024-03-08")));
        let stored: Vec<f64> = stored.unwrap().rows.iter().map(|row| row.weight).collect();
        let ids = block_on(D1IndexStore::new(&since).choose_at(&definition, &[on], Some(known))).unwrap();
        let members: Vec<(i64, f64, f64)> = ids.iter().map(|one| (one.id, 1.0, one.cap)).collect();
        let weighed =
            |version| block_on(D1IndexStore::new(&since).weigh_at(&definition, on, version, members.clone())).unwrap();
        assert_eq!(weighed(Some(known)), stored, "{}", weighting.name());
        if weighting != Weighting::Capped {
            assert_ne!(weighed(None), stored, "{}: what came later moved nothing", weighting.name());
        }
    }
}

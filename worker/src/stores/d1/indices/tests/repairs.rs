//! Repaired market caps: the index is the one that right caps would have made, whatever else is set, and each session says what
//! was wrong.

use domain::calendar::sessions as sessions_of;

use super::*;

/// Twenty-four companies over two months, the last two of them one issuer; with caps that are off on some days, or right.
pub(super) fn market(wrong: bool) -> Market {
    let mut market = Market::default();
    for on in sessions_of(range("2024-01-02", "2024-03-08")) {
        for company in 0..24_u32 {
            let t = f64::from(on.number() - 19_700);
            let wave = (t * (0.31 + 0.07 * f64::from(company))).sin();
            let close = ((40.0 + 2.0 * f64::from(company)) * (1.0 + 0.06 * wave) * 100.0).round() / 100.0;
            let off = match (company, on.to_string().as_str()) {
                _ if !wrong => 1.0,
                // Up by far, down by far, for days, and at the first session of a build.
                (0, "2024-02-01") => 288.0,
                (23, "2024-02-14" | "2024-02-15" | "2024-02-16") => 0.01,
                (12, "2024-02-05") => 3.0,
                (21, "2024-03-01") => 0.5,
                _ => 1.0,
            };
            market.bar(&format!("C{company:02}"), &on.to_string(), close, close * 1024.0 * off);
            // Two that the source left out: a member for two days, and one of two lines of a company.
            if wrong
                && matches!((company, on.to_string().as_str()), (20, "2024-02-21" | "2024-02-22") | (22, "2024-02-27"))
            {
                market.caps.pop();
            }
        }
    }
    for company in 0..24 {
        let issuer = (company >= 22).then(|| "Twins".to_owned());
        market.securities.push(Security { issuer, ..Security::named(ticker(&format!("C{company:02}"))) });
    }
    market
}

pub(super) fn definitions() -> Vec<IndexDefinition> {
    let universe: Vec<Ticker> =
        (0..24).filter(|company| company % 4 != 1).map(|c| ticker(&format!("C{c:02}"))).collect();
    let mut all = Vec::new();
    for weighting in [Weighting::Equal, Weighting::Cap, Weighting::SectorEqual] {
        for rebalance in [Rebalance::Daily, Rebalance::Weekly] {
            for share_classes in [ShareClasses::Line, ShareClasses::Company] {
                for buffer in [0, 3] {
                    for universe in [None, Some(universe.clone())] {
                        all.push(IndexDefinition { weighting, rebalance, share_classes, buffer, universe, ..top(6) });
                    }
                }
            }
        }
    }
    all
}

pub(super) fn repaired(definition: &IndexDefinition) -> IndexDefinition {
    IndexDefinition { repairs_caps: true, ..definition.clone() }
}

fn found(db: &D1, definition: &IndexDefinition) -> Vec<SessionFindings> {
    block_on(D1IndexStore::new(db).findings(&index(db, definition), range("2024-01-02", "2024-03-08"))).unwrap()
}

/// Members and changes without what says how often they were built.
fn membership(db: &D1, definition: &IndexDefinition) -> Vec<String> {
    let built = index(db, definition).built.unwrap();
    let rows = block_on(D1IndexStore::new(db).members(&index(db, definition), built)).unwrap().rows;
    let member = |m: &MemberRow| format!("{} {} {} {:.9}", m.day, m.rank, m.ticker, m.weight);
    let mut all: Vec<String> = rows.iter().map(member).collect();
    all.extend(
        changes(db, definition).iter().map(|c| format!("{} {} {} {:?}", c.day, c.action, c.ticker, c.previous_rank)),
    );
    let value = |value: Option<f64>| value.map(|value| format!("{value:.12}"));
    all.extend(
        sessions(db, definition).iter().map(|s| format!("{} {:?} {:.9}", s.day, value(s.return_value), s.turnover)),
    );
    all
}

#[test]
fn a_repaired_index_is_the_one_that_right_caps_make() {
    let (wrong, right) = (D1::in_memory(), D1::in_memory());
    market(true).store(&wrong);
    market(false).store(&right);
    for definition in definitions() {
        let whole = range("2024-01-19", "2024-03-08");
        build(&right, &definition, whole);
        build(&wrong, &repaired(&definition), whole);
        let (expected, was) = (membership(&right, &definition), membership(&wrong, &repaired(&definition)));
        assert_eq!(expected, was, "{}", definition.slug());
        build(&wrong, &definition, whole);
        assert_ne!(
            expected,
            membership(&wrong, &definition),
            "{} is made of wrong caps all the same",
            definition.slug()
        );
    }
}

#[test]
fn parts_agree_and_nothing_is_written_twice() {
    for definition in [repaired(&top(6)), repaired(&IndexDefinition { weighting: Weighting::Cap, ..top(6) })] {
        let (whole, parts) = (D1::in_memory(), D1::in_memory());
        for db in [&whole, &parts] {
            market(true).store(db);
        }
        let first = build(&whole, &definition, range("2024-01-19", "2024-03-08"));
        assert_eq!(build(&whole, &definition, range("2024-01-19", "2024-03-08")), first);
        for (from, to) in [("2024-02-15", "2024-03-08"), ("2024-01-19", "2024-02-01"), ("2024-02-02", "2024-02-16")] {
            build(&parts, &definition, range(from, to));
        }
        assert_eq!(everything(&whole, &definition), everything(&parts, &definition));
        assert_eq!(found(&whole, &definition), found(&parts, &definition));
    }
}

#[test]
fn each_session_says_what_was_wrong_with_it_and_where_the_repair_is_from() {
    let db = D1::in_memory();
    market(true).store(&db);
    let definition = repaired(&top(6));
    let built = build(&db, &definition, range("2024-01-19", "2024-03-08"));
    assert_eq!(built.suspicious, [("cap_jump".to_owned(), 6, 6), ("missing_cap".to_owned(), 3, 3)]);
    let all = found(&db, &definition);
    assert_eq!(all.len(), sessions(&db, &definition).len());
    let of = |on: &str| all.iter().find(|found| found.day == day(on)).unwrap();
    let first = of("2024-02-01");
    assert_eq!((first.policy.as_str(), first.total), ("repair", 1));
    let finding = &first.findings[0];
    assert_eq!((finding.ticker.as_deref(), finding.verdict.as_str()), (Some("C00"), "repaired"));
    let repair = finding.repair.as_ref().unwrap();
    assert!(
        close_to(repair.shares, 1024.0) && repair.shares_from == day("2024-01-31") && close_to(finding.found, 288.0)
    );
    // The days before are wrong as well: the good count is still that of the thirteenth.
    let third = of("2024-02-16").findings[0].repair.clone().unwrap();
    assert_eq!(third.shares_from, day("2024-02-13"));
    assert!(of("2024-02-06").findings.is_empty());
    // The session that the wrong cap would have spoilt is explained by the members that are stored.
    let held =
        block_on(D1IndexStore::new(&db).rankable_sessions(&definition, range("2024-02-02", "2024-02-02"))).unwrap();
    let plan = plan_build(&definition, range("2024-02-02", "2024-02-02"), &held.days, false).unwrap();
    let rows = block_on(D1IndexStore::new(&db).explain(&index(&db, &definition), &plan)).unwrap().rows;
    let value: f64 = rows.iter().map(|row| row.contribution).sum();
    let stored =
        sessions(&db, &definition).into_iter().find(|session| session.day == day("2024-02-02").number()).unwrap();
    assert!(close_to(value, stored.return_value.unwrap()) && rows.iter().all(|row| row.ticker != "C00"));
}

#[test]
fn what_is_flagged_is_kept_until_a_build_does_not_look() {
    let db = D1::in_memory();
    market(true).store(&db);
    let store = D1IndexStore::new(&db);
    let build_examined = |examines: bool| {
        block_on(async {
            let index = store.define(&top(6), "local", 50, NOW).await.unwrap();
            let range = range("2024-01-31", "2024-02-02");
            let held = store.rankable_sessions(&top(6), range).await.unwrap();
            let mut plan = plan_build(&top(6), range, &held.days, false).unwrap();
            plan.examines = examines;
            store.build(index, &top(6), range, &plan, held.market_version, NOW).await.unwrap()
        })
    };
    let plain = build_examined(false);
    assert!(plain.suspicious.is_empty() && found(&db, &top(6)).is_empty());
    let flagged = build_examined(true);
    assert!(flagged.data_version > plain.data_version, "a reader that kept the answer would not learn of it");
    let all = found(&db, &top(6));
    assert_eq!(all.iter().map(|found| found.total).collect::<Vec<_>>(), [0, 1, 0]);
    assert_eq!((all[1].policy.as_str(), all[1].findings[0].verdict.as_str()), ("flag", "flagged"));
    assert_eq!(sessions(&db, &top(6)).iter().map(|s| s.findings).collect::<Vec<_>>(), [Some(0), Some(1), Some(0)]);
    assert_eq!(build_examined(true).data_version, flagged.data_version);
    assert!(build_examined(false).data_version > flagged.data_version && found(&db, &top(6)).is_empty());
}

#[test]
fn a_cap_corrected_later_outdates_the_sessions_it_judged() {
    let db = D1::in_memory();
    market(true).store(&db);
    let definition = repaired(&top(6));
    build(&db, &definition, range("2024-01-19", "2024-03-08"));
    let mut correction = Market::default();
    let close =
        market(false).bars.iter().find(|b| b.ticker == ticker("C00") && b.day == day("2024-02-01")).unwrap().close;
    correction.bar("C00", "2024-02-01", close, close * 1024.0);
    correction.store(&db);
    let outdated = || sessions(&db, &definition).iter().filter(|session| session.outdated == 1).count();
    // The session itself and those that look back on it: four weeks and the session whose members they are.
    assert!((19..=21).contains(&outdated()), "{}", outdated());
    build(&db, &definition, range("2024-01-19", "2024-03-08"));
    assert_eq!(outdated(), 0);
    let now = found(&db, &definition).into_iter().find(|found| found.day == day("2024-02-01")).unwrap();
    assert_eq!(now.total, 0);
}

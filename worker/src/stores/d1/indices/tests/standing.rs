//! What is remembered of an index is what the database answers.

use pollster::block_on;

use super::{build, day, index, range, small_market, top};
use crate::stores::d1::data_versions::{self, Versions};
use crate::stores::d1::indices::{D1IndexStore, scopes};
use crate::stores::d1::{D1, Statement};

fn versions(db: &D1, slug: &str) -> Versions {
    block_on(data_versions::read(db, &scopes(slug).each_ref().map(String::as_str))).unwrap()
}

fn statements(db: &D1, work: impl AsyncFnOnce()) -> u64 {
    let before = db.cost().statements;
    block_on(work());
    db.cost().statements - before
}

#[test]
fn every_range_of_it_is_what_the_database_answers() {
    let db = D1::in_memory();
    small_market().store(&db);
    build(&db, &top(2), range("2024-01-02", "2024-01-05"));
    // A session with data that is not built, inside some of the ranges.
    let hole = day("2024-01-04");
    block_on(db.run(Statement::new("delete from index_sessions where day = ?1").bind(hole))).unwrap();
    let (index, store) = (index(&db, &top(2)), D1IndexStore::new(&db));
    let known = versions(&db, &index.slug);
    assert!(block_on(store.standing(&index.slug, &known)).unwrap().is_none(), "the first question does not need it");
    let standing = block_on(store.standing(&index.slug, &known)).unwrap().unwrap();
    let days: Vec<_> = (1..=8).map(|date| day(&format!("2024-01-0{date}"))).collect();
    let ends: Vec<_> = days.iter().copied().map(Some).chain([None]).collect();
    for first in &ends {
        for last in &ends {
            let read = block_on(store.sessions(&index, *first, *last, None)).unwrap();
            let remembered = standing.sessions(*first, *last, &known);
            assert_eq!(format!("{remembered:?}"), format!("{read:?}"), "{first:?} to {last:?}");
            let read = block_on(store.changes(&index, *first, *last)).unwrap();
            let remembered = standing.changes(*first, *last, &known);
            assert_eq!(format!("{remembered:?}"), format!("{read:?}"), "{first:?} to {last:?}");
        }
    }
    for day in days {
        let read = block_on(store.session_members(&index, day)).unwrap();
        let remembered = block_on(store.members_of_standing(&standing, day, &known)).unwrap();
        // The level of a day that is not built is asked of nobody.
        if !read.members.is_empty() {
            assert_eq!(format!("{remembered:?}"), format!("{read:?}"), "{day}");
        }
        assert_eq!(remembered.members.len(), read.members.len());
    }
}

#[test]
fn it_is_read_once_a_version() {
    let db = D1::in_memory();
    small_market().store(&db);
    build(&db, &top(2), range("2024-01-02", "2024-01-04"));
    let (slug, store) = (top(2).slug(), D1IndexStore::new(&db));
    let ask = || async { store.standing(&slug, &versions(&db, &slug)).await.unwrap() };
    // One statement each reads the versions.
    assert_eq!(statements(&db, async || assert!(ask().await.is_none())), 1);
    assert_eq!(statements(&db, async || assert!(ask().await.is_some())), 1 + 1 + 6);
    assert_eq!(statements(&db, async || assert!(ask().await.is_some())), 1);
    build(&db, &top(2), range("2024-01-02", "2024-01-05"));
    assert_eq!(statements(&db, async || assert!(ask().await.is_none())), 1);
    let known = versions(&db, &slug);
    let standing = block_on(store.standing(&slug, &known)).unwrap().unwrap();
    assert_eq!(standing.sessions(None, None, &known).sessions.len(), 4);
    // Another database has nothing to do with it, nor has an index that does not exist.
    let other = D1::in_memory();
    for _ in 0..3 {
        assert!(block_on(D1IndexStore::new(&other).standing(&slug, &versions(&other, &slug))).unwrap().is_none());
    }
}

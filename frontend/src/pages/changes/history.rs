//! Changes as rows, as months, and as one ticker's times in the index.

use std::collections::BTreeMap;

use domain::api::{CompositionChanges, MemberChange};
use domain::units::Day;

use crate::components::chart::Period;
use crate::format;

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub date: Day,
    pub has_entered: bool,
    pub member: MemberChange,
}

/// Every change, oldest first.
pub(super) fn rows(changes: &CompositionChanges) -> Vec<Change> {
    let mut rows = Vec::new();
    for day in &changes.changes {
        for (members, has_entered) in [(&day.entered, true), (&day.exited, false)] {
            rows.extend(members.iter().map(|member| Change { date: day.date, has_entered, member: member.clone() }));
        }
    }
    rows
}

/// A month with the year it is of.
pub(super) type Month = (i32, u32);

/// Entries and exits of every month between the first change and the last, with the months themselves.
pub(super) fn months(rows: &[Change]) -> Vec<(Month, u32, u32)> {
    let mut counts: BTreeMap<Month, (u32, u32)> = BTreeMap::new();
    for row in rows {
        let entry = counts.entry((row.date.year(), row.date.month())).or_default();
        if row.has_entered { entry.0 += 1 } else { entry.1 += 1 }
    }
    let (Some(first), Some(last)) = (counts.keys().next().copied(), counts.keys().last().copied()) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let mut month = first;
    while month <= last {
        let (entered, exited) = counts.get(&month).copied().unwrap_or_default();
        all.push((month, entered, exited));
        month = if month.1 == 12 { (month.0 + 1, 1) } else { (month.0, month.1 + 1) };
    }
    all
}

/// The same as columns of a chart.
pub(super) fn periods(months: &[(Month, u32, u32)]) -> Vec<Period> {
    let period = |((year, month), entered, exited): &(Month, u32, u32)| Period {
        name: format!("{} {year}", format::month(*month)),
        short: if *month == 1 { year.to_string() } else { format::month(*month) },
        up: f64::from(*entered),
        down: f64::from(*exited),
    };
    months.iter().map(period).collect()
}

/// A time in the index: from the close of its entry to that of its exit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stay {
    /// `None` where it was a member from the first session on.
    pub entered: Option<Change>,
    /// `None` where it still is one.
    pub exited: Option<Change>,
}

/// A ticker's times in the index, oldest first.
pub(super) fn stays(rows: &[Change], ticker: &str) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    for row in rows.iter().filter(|row| row.member.ticker == ticker) {
        if row.has_entered {
            stays.push(Stay { entered: Some(row.clone()), exited: None });
            continue;
        }
        match stays.last_mut() {
            Some(stay) if stay.exited.is_none() => stay.exited = Some(row.clone()),
            _ => stays.push(Stay { entered: None, exited: Some(row.clone()) }),
        }
    }
    stays
}

#[cfg(test)]
mod tests {
    use domain::api::ChangesOfDay;

    use super::*;

    fn member(ticker: &str) -> MemberChange {
        MemberChange {
            ticker: ticker.to_owned(),
            name: None,
            rank: None,
            previous_rank: None,
            market_cap: None,
            reason: "rank".to_owned(),
        }
    }

    fn changes(of: &[(&str, &[&str], &[&str])]) -> CompositionChanges {
        let day = |(date, entered, exited): &(&str, &[&str], &[&str])| ChangesOfDay {
            date: date.parse().unwrap(),
            entered: entered.iter().map(|ticker| member(ticker)).collect(),
            exited: exited.iter().map(|ticker| member(ticker)).collect(),
            turnover: 0.0,
            outdated: false,
        };
        CompositionChanges { index: "x".to_owned(), synthetic: false, changes: of.iter().map(day).collect() }
    }

    #[test]
    fn months_without_a_change_are_there() {
        let rows = rows(&changes(&[("2023-11-01", &["A"], &["B"]), ("2024-01-31", &["B", "C"], &[])]));
        assert_eq!(months(&rows), [((2023, 11), 1, 1), ((2023, 12), 0, 0), ((2024, 1), 2, 0)]);
        assert!(months(&[]).is_empty());
    }

    #[test]
    fn a_ticker_stays_from_its_entry_to_its_exit() {
        let all =
            changes(&[("2024-01-02", &["A"], &["B"]), ("2024-01-03", &["B"], &["A"]), ("2024-01-04", &["A"], &[])]);
        let rows = rows(&all);
        let days = |ticker| -> Vec<(Option<String>, Option<String>)> {
            let day = |change: Option<Change>| change.map(|change| change.date.to_string());
            stays(&rows, ticker).into_iter().map(|stay| (day(stay.entered), day(stay.exited))).collect()
        };
        let some = |day: &str| Some(day.to_owned());
        assert_eq!(days("A"), [(some("2024-01-02"), some("2024-01-03")), (some("2024-01-04"), None)]);
        assert_eq!(days("B"), [(None, some("2024-01-02")), (some("2024-01-03"), None)]);
        assert!(days("C").is_empty());
    }
}

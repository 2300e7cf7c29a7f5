//! The computed calendar against calendars made elsewhere.
//!
//! Origins: `exchange_calendars` 4.13.2 (calendar XNYS, 1990-01-01 ..= 2199-12-31), of whose dump this file holds the
//! session counts and the hash, and the recorded session files of the shared data folder, read where present.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic, as the test itself may")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use domain::calendar::{Closure, FIRST_DAY, LAST_DAY, closure, session_hours, sessions};
use domain::units::{Day, DayRange};
use sha2::{Digest, Sha256};

/// Sessions of each year from 1990 to 2012, the years the recorded files do not reach.
const SESSIONS_FROM_1990: [usize; 23] =
    [253, 253, 254, 253, 252, 252, 254, 253, 252, 252, 252, 248, 252, 252, 252, 252, 251, 251, 253, 252, 252, 252, 250];

/// SHA-256 of the lines `YYYY-MM-DD,open,close\n` (Unix seconds) of all 52,746 sessions.
const SHA256_OF_ALL_HOURS: &str = "1d9de4ca5753acdea94be4aec332b0e2623a5543496c671f27a5b8adb5ae35ba";

fn all_days() -> DayRange {
    DayRange::new(FIRST_DAY, LAST_DAY).unwrap()
}

#[test]
fn years_before_the_recorded_files_have_the_sessions_of_exchange_calendars() {
    let mut counts = BTreeMap::<i32, usize>::new();
    for day in sessions(all_days()) {
        *counts.entry(day.year()).or_default() += 1;
    }
    let years: Vec<usize> = (1990..=2012).map(|year| counts[&year]).collect();
    assert_eq!(years, SESSIONS_FROM_1990);
}

#[test]
fn every_session_until_2199_has_the_hours_of_exchange_calendars() {
    let days = sessions(all_days());
    assert_eq!(days.len(), 52_746);
    let mut lines = String::new();
    for day in days {
        let hours = session_hours(day).unwrap();
        writeln!(lines, "{day},{},{}", hours.open.0 / 1_000, hours.close.0 / 1_000).unwrap();
    }
    let hash = Sha256::digest(lines.as_bytes()).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    assert_eq!(hash, SHA256_OF_ALL_HOURS);
}

#[expect(clippy::print_stdout, reason = "a skipped comparison says so in the test's output")]
/// A file of the shared data folder, or `None` (with a message) where the folder is absent.
fn reference_file(name: &str) -> Option<String> {
    let folder = std::env::var("EQUIPOISE_SHARED")
        .map_or_else(|_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    if !folder.is_dir() {
        println!("skipped: no shared data at {}", folder.display());
        return None;
    }
    let path = folder.join("data/reference_data").join(name);
    Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Milliseconds since 1970 of `YYYY-MM-DDTHH:MM:00Z`.
fn unix_ms(text: &str) -> i64 {
    let day: Day = text[..10].parse().unwrap();
    let (hour, minute): (i64, i64) = (text[11..13].parse().unwrap(), text[14..16].parse().unwrap());
    assert_eq!(&text[16..], ":00Z");
    ((i64::from(day.number()) * 24 + hour) * 60 + minute) * 60_000
}

fn recorded_years() -> DayRange {
    DayRange::new("2013-01-01".parse().unwrap(), "2027-12-31".parse().unwrap()).unwrap()
}

#[test]
fn sessions_of_2013_to_2027_equal_the_recorded_file() {
    let Some(text) = reference_file("nyse_sessions_2013_2027.csv") else { return };
    let mut recorded = Vec::new();
    for line in text.lines().skip(1) {
        let [day, open, close, early] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let hours = session_hours(day.parse().unwrap()).unwrap_or_else(|| panic!("{day} is not a session"));
        assert_eq!((hours.open.0, hours.close.0), (unix_ms(open), unix_ms(close)), "{day}");
        assert_eq!(hours.early_close, early == "True", "{day}");
        recorded.push(day.parse().unwrap());
    }
    assert!(recorded.len() > 3_700, "the file is nearly empty");
    assert_eq!(sessions(recorded_years()), recorded);
}

#[test]
fn weekday_closures_of_2013_to_2027_equal_the_recorded_file() {
    let Some(text) = reference_file("nyse_full_closures_2013_2027.csv") else { return };
    let recorded: Vec<Day> = text.lines().skip(1).map(|line| line.parse().unwrap()).collect();
    let range = recorded_years();
    let computed: Vec<Day> = (range.first().number()..=range.last().number())
        .map(Day::from_number)
        .filter(|day| closure(*day).is_some_and(|reason| reason != Closure::Weekend))
        .collect();
    assert_eq!(computed, recorded);
}

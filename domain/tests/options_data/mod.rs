//! Recorded chains and reference results, which lie beside the repository and not in it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use domain::options::{ChainDay, Right};
use domain::units::Day;

/// A path in the shared data (`EQUIPOISE_SHARED`, else `../shared` beside the repository), or `None` with a message that the
/// test is skipped where it is not there.
pub(crate) fn shared_data(path: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let file = std::env::var_os("EQUIPOISE_SHARED").map_or_else(beside, PathBuf::from).join(path);
    if file.exists() {
        return Some(file);
    }
    eprintln!("skipped: {} is not there", file.display());
    None
}

/// One session's rows as columns of their own.
#[derive(Clone, Debug, Default)]
pub(crate) struct DayColumns {
    pub(crate) spot: f64,
    pub(crate) expirations: Vec<i32>,
    pub(crate) rights: Vec<Right>,
    pub(crate) strikes: Vec<f64>,
    pub(crate) bids: Vec<f64>,
    pub(crate) asks: Vec<f64>,
    pub(crate) ivs: Vec<f64>,
    pub(crate) deltas: Vec<f64>,
    pub(crate) volumes: Vec<f64>,
    pub(crate) open_interests: Vec<f64>,
}

impl DayColumns {
    pub(crate) fn chain(&self, day: Day) -> ChainDay<'_> {
        ChainDay {
            ivs: &self.ivs,
            deltas: &self.deltas,
            volumes: &self.volumes,
            open_interests: &self.open_interests,
            ..ChainDay::new(day, self.spot, &self.expirations, &self.rights, &self.strikes, &self.bids, &self.asks)
        }
    }
}

/// The lines of a CSV file, packed or not, as maps from column to value.
pub(crate) fn read_csv(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).unwrap();
    if path.extension().is_some_and(|extension| extension == "gz") {
        flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    } else {
        std::io::BufReader::new(file).read_to_end(&mut bytes).unwrap();
    }
    let text = String::from_utf8(bytes).unwrap();
    let mut lines = text.lines();
    let Some(header) = lines.next() else { return Vec::new() };
    let names: Vec<&str> = header.split(',').collect();
    let row = |line: &str| names.iter().zip(line.split(',')).map(|(n, v)| ((*n).to_owned(), v.to_owned())).collect();
    lines.map(row).collect()
}

/// A recorded chain file by session. Rows are sorted as a run wants them; the price is that of the session's first row.
pub(crate) fn read_chains(path: &Path) -> BTreeMap<Day, DayColumns> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut days: BTreeMap<Day, (f64, Vec<Vec<&str>>)> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let day: Day = fields[0].parse().unwrap();
        days.entry(day).or_insert_with(|| (fields[2].parse().unwrap(), Vec::new())).1.push(fields);
    }
    let number = |text: &str| text.parse().unwrap_or(f64::NAN);
    let columns = days.into_iter().map(|(day, (spot, mut rows))| {
        let key = |row: &Vec<&str>| {
            let expiration: Day = row[3].parse().unwrap();
            (expiration.number(), row[5].to_owned(), number(row[4]))
        };
        rows.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap());
        let mut columns = DayColumns { spot, ..DayColumns::default() };
        for row in &rows {
            columns.expirations.push(key(row).0);
            columns.rights.push(if row[5] == "c" { Right::Call } else { Right::Put });
            columns.strikes.push(number(row[4]));
            columns.bids.push(number(row[6]));
            columns.asks.push(number(row[7]));
            columns.ivs.push(number(row[8]));
            columns.deltas.push(number(row[9]));
            columns.volumes.push(number(row[10]));
            columns.open_interests.push(number(row[11]));
        }
        (day, columns)
    });
    columns.collect()
}

//! Weighs the members of standard input by every scheme, for `compare_weightings.py`: a line a member, its market cap, its sector and
//! then its returns, by commas; the answer is a JSON object of weights by scheme.

use std::io::Read;

use domain::index::Weighting;
use domain::research::{Candidate, Covariance, DEFAULT_CAP_LIMIT, weights};
use serde_json::{Map, Value, json};

const LOW_LIMIT: f64 = 0.015;

struct Row<'a> {
    cap: f64,
    sector: &'a str,
    returns: Vec<f64>,
}

fn read(line: &str) -> Result<Row<'_>, Box<dyn std::error::Error>> {
    let mut fields = line.split(',');
    let cap = fields.next().ok_or("a market cap")?.parse()?;
    let sector = fields.next().ok_or("a sector")?;
    Ok(Row { cap, sector, returns: fields.map(str::parse).collect::<Result<_, _>>()? })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let rows: Vec<Row<'_>> = text.lines().map(read).collect::<Result<_, _>>()?;
    let candidates: Vec<Candidate<'_>> =
        rows.iter().map(|row| Candidate { cap: row.cap, sector: Some(row.sector), returns: &row.returns }).collect();
    let mut answer = Map::new();
    for name in Weighting::NAMES {
        let scheme = Weighting::from_name(name).ok_or("a name without a weighting")?;
        answer.insert((*name).to_owned(), json!(weights(scheme, &candidates, DEFAULT_CAP_LIMIT)));
    }
    // At a limit that many reach, the excess of some is handed on more than once.
    answer.insert("capped_low".into(), json!(weights(Weighting::Capped, &candidates, LOW_LIMIT)));
    let returns: Vec<&[f64]> = candidates.iter().map(|candidate| candidate.returns).collect();
    let covariance = Covariance::shrunk(&returns).ok_or("returns that vary")?;
    let row = |at| (0..covariance.n()).map(|other| covariance.at(at, other)).collect::<Vec<_>>();
    answer.insert("covariance".into(), json!((0..covariance.n()).map(row).collect::<Vec<_>>()));
    serde_json::to_writer(std::io::stdout(), &Value::Object(answer))?;
    Ok(())
}

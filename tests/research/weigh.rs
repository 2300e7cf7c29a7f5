//! Weighs the members of standard input by every scheme, for `compare_weightings.py`: a line a member, its market cap and then its
//! returns, by commas; the answer is a JSON object of weights by scheme.

use std::io::Read;

use domain::index::Weighting;
use domain::research::{Candidate, Covariance, DEFAULT_CAP_LIMIT, weights};
use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let rows: Vec<Vec<f64>> =
        text.lines().map(|line| line.split(',').map(str::parse).collect()).collect::<Result<_, _>>()?;
    let candidates: Vec<Candidate<'_>> =
        rows.iter().map(|row| Candidate { cap: row[0], sector: None, returns: &row[1..] }).collect();
    let mut answer = Map::new();
    for name in Weighting::NAMES {
        let scheme = Weighting::from_name(name).ok_or("a name without a weighting")?;
        answer.insert((*name).to_owned(), json!(weights(scheme, &candidates, DEFAULT_CAP_LIMIT)));
    }
    let returns: Vec<&[f64]> = candidates.iter().map(|candidate| candidate.returns).collect();
    let covariance = Covariance::shrunk(&returns).ok_or("returns that vary")?;
    let row = |at| (0..covariance.n()).map(|other| covariance.at(at, other)).collect::<Vec<_>>();
    answer.insert("covariance".into(), json!((0..covariance.n()).map(row).collect::<Vec<_>>()));
    serde_json::to_writer(std::io::stdout(), &Value::Object(answer))?;
    Ok(())
}

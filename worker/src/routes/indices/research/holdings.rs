//! Dated holdings of one's own, as JSON, as a CSV file or as an Excel workbook.

use std::collections::BTreeMap;

use domain::api::DatedHolding;
use domain::units::{Day, Ticker};

use crate::error::{Problem, echo, field_error};
use crate::providers::files::{Cell, read_first_sheet};
use crate::routes::query::parse_day;

/// Rows of one upload.
const MOST_ROWS: usize = 20_000;

/// How far weights may sum from 1.
const ROUNDED: f64 = 1e-6;

/// How many faults a problem names.
const NAMED: usize = 20;

/// What is held from each day on, ascending, with weights that sum to 1.
pub(super) type Dated = BTreeMap<Day, Vec<(Ticker, f64)>>;

/// What a file of holdings must have.
const COLUMNS: &str = "the columns date, ticker and optionally weight";

/// Reads a CSV file with the columns `date`, `ticker` and, where weights differ, `weight`.
///
/// # Errors
/// 400 for a body that is no text, 422 naming the line or the column.
pub(super) fn from_csv(body: &[u8]) -> Result<Vec<DatedHolding>, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::malformed_body("expected UTF-8 text"))?;
    let fields =
        |line: &str| line.split(',').map(|field| field.trim().trim_matches('"').to_owned()).collect::<Vec<_>>();
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    from_rows(lines.map(|(at, line)| (at + 1, fields(line))))
}

/// Reads the first sheet of an Excel workbook, with the same columns. Dates are dates or texts as in CSV.
///
/// # Errors
/// 400 for a body that is no workbook, 422 naming the row or the column.
pub(super) fn from_xlsx(body: &[u8]) -> Result<Vec<DatedHolding>, Problem> {
    // One for the heading, and one to tell that there are too many.
    let sheet = read_first_sheet(body, MOST_ROWS + 2).map_err(|error| Problem::malformed_body(error.to_string()))?;
    let written = |cell: &Cell| match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.trim().to_owned(),
        Cell::Number(number) => number.to_string(),
    };
    let dates =
        sheet.rows.first().map(|(_, cells)| cells.iter().map(|cell| is_date(&written(cell))).collect::<Vec<_>>());
    let dates = dates.unwrap_or_default();
    let field = |(column, cell): (usize, &Cell)| match cell {
        Cell::Number(number) if dates.get(column) == Some(&true) => {
            sheet.day_number(*number).map_or_else(|| number.to_string(), |day| Day::from_number(day).to_string())
        }
        cell => written(cell),
    };
    from_rows(sheet.rows.iter().map(|(number, cells)| (*number, cells.iter().enumerate().map(field).collect())))
}

fn is_date(title: &str) -> bool {
    title.eq_ignore_ascii_case("date")
}

/// Reads numbered rows, the first of which names the columns.
fn from_rows(mut rows: impl Iterator<Item = (usize, Vec<String>)>) -> Result<Vec<DatedHolding>, Problem> {
    let header = rows.next().map(|(_, fields)| fields).unwrap_or_default();
    let column = |name: &str| header.iter().position(|other| other.eq_ignore_ascii_case(name));
    let (Some(date), Some(ticker)) = (column("date"), column("ticker")) else {
        return Err(Problem::impossible("holdings", &header.join(","), COLUMNS));
    };
    let weight = column("weight");
    let mut holdings = Vec::new();
    for (number, row) in rows {
        let cell = |at: usize| row.get(at).cloned().unwrap_or_default();
        let weighed = weight.map(cell).filter(|text| !text.is_empty());
        let weighed = weighed.map(|text| {
            text.parse::<f64>().map_err(|_| Problem::impossible("weight", &text, format!("a number on line {number}")))
        });
        holdings.push(DatedHolding { date: cell(date), ticker: cell(ticker), weight: weighed.transpose()? });
        if holdings.len() > MOST_ROWS {
            return Err(Problem::impossible("holdings", "more", format!("1 to {MOST_ROWS} holdings")));
        }
    }
    Ok(holdings)
}

/// Checks holdings and completes their weights.
///
/// # Errors
/// 400 or 422 naming every date, ticker or weight that cannot be.
pub(super) fn dated(holdings: &[DatedHolding]) -> Result<Dated, Problem> {
    if !(1..=MOST_ROWS).contains(&holdings.len()) {
        let rule = format!("1 to {MOST_ROWS} holdings");
        return Err(Problem::impossible("holdings", &holdings.len().to_string(), rule));
    }
    let mut found: BTreeMap<Day, Vec<(Ticker, Option<f64>)>> = BTreeMap::new();
    let mut errors = Vec::new();
    for holding in holdings {
        let day = parse_day("date", &holding.date)?;
        match holding.ticker.parse::<Ticker>() {
            Ok(ticker) => found.entry(day).or_default().push((ticker, holding.weight)),
            Err(error) => errors.push(field_error("ticker", Some(&holding.ticker), error.to_string())),
        }
    }
    let mut dated = Dated::new();
    for (day, held) in found {
        let weighed: Vec<f64> = held.iter().filter_map(|(_, weight)| *weight).collect();
        let sum: f64 = weighed.iter().sum();
        let mut names: Vec<&Ticker> = held.iter().map(|(ticker, _)| ticker).collect();
        names.sort_unstable();
        let rule = if names.windows(2).any(|pair| pair[0] == pair[1]) {
            Some("each ticker once a date")
        } else if !weighed.is_empty() && weighed.len() < held.len() {
            Some("a weight for all of a date, or for none")
        } else if weighed.iter().any(|weight| !(*weight >= 0.0 && *weight <= 1.0)) {
            Some("weights from 0 to 1")
        } else if !weighed.is_empty() && (sum - 1.0).abs() > ROUNDED {
            Some("weights that sum to 1")
        } else {
            None
        };
        if let Some(rule) = rule {
            errors.push(field_error("holdings", Some(&echo(&day.to_string())), rule));
        }
        let even = 1.0 / f64::from(u32::try_from(held.len()).unwrap_or(u32::MAX));
        let set = held.into_iter().map(|(ticker, weight)| (ticker, weight.map_or(even, |weight| weight / sum)));
        dated.insert(day, set.collect());
    }
    if errors.is_empty() {
        return Ok(dated);
    }
    errors.truncate(NAMED);
    Err(Problem::invalid_fields(errors))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(csv: &str) -> Result<Dated, Problem> {
        dated(&from_csv(csv.as_bytes())?)
    }

    #[test]
    fn weights_are_read_or_all_the_same() {
        let found = read("Date,Ticker,Weight\n2024-01-02,A,0.25\n2024-01-02,\"B\",0.75\n\n2024-02-01,C,\n").unwrap();
        let first: Vec<f64> = found.values().next().unwrap().iter().map(|(_, weight)| *weight).collect();
        assert_eq!((found.len(), first), (2, vec![0.25, 0.75]));
        let even = read("ticker,date\r\nA,2024-01-02\r\nB,2024-01-02\r\n").unwrap();
        assert_eq!(even.values().next().unwrap()[1].1.to_bits(), 0.5_f64.to_bits());
    }

    #[test]
    fn a_workbook_says_what_a_csv_file_says() {
        use domain::export::{Book, Cell, Column, NumberFormat, Properties, Sheet, render_xlsx};
        let day = |text: &str| text.parse::<Day>().unwrap();
        let column = |title, format| Column::new(title, 12.0, format);
        let columns = vec![
            column("Ticker", NumberFormat::General),
            column("Note", NumberFormat::General),
            column("Date", NumberFormat::Date),
            column("WEIGHT", NumberFormat::Percent2),
        ];
        let mut sheet = Sheet::new("Holdings", columns);
        let rows = [("A&B", "2024-01-02", 0.25), ("B", "2024-01-02", 0.75), ("C", "2024-02-01", 1.0)];
        for (ticker, date, weight) in rows {
            sheet.push_row([Cell::text(ticker), Cell::Empty, Cell::Date(day(date)), Cell::Number(weight)]);
        }
        let properties = Properties {
            title: String::new(),
            subject: String::new(),
            comment: String::new(),
            created: day("2024-01-02"),
        };
        let file = render_xlsx(Book { properties, sheets: vec![sheet] }).unwrap();
        let csv = "ticker,date,weight\nA&B,2024-01-02,0.25\nB,2024-01-02,0.75\nC,2024-02-01,1\n";
        assert_eq!(from_xlsx(&file).unwrap(), from_csv(csv.as_bytes()).unwrap());
        assert_eq!(from_xlsx(csv.as_bytes()).unwrap_err().status(), 400);
        // Whatever is damaged is refused or read otherwise, but never breaks anything.
        for at in (0..file.len()).step_by(5) {
            let mut damaged = file.clone();
            damaged[at] ^= 0x5a;
            let _ = (from_xlsx(&damaged), from_xlsx(&file[..at]));
        }
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (csv, status, part) in [
            ("day,ticker\n2024-01-02,A\n", 422, "the columns date"),
            ("date,ticker\n", 422, "1 to 20000"),
            ("date,ticker\n2024-1-2,A\n", 400, "YYYY-MM-DD"),
            ("date,ticker\n2024-01-02,A B\n", 422, "a ticker"),
            ("date,ticker,weight\n2024-01-02,A,half\n", 422, "line 2"),
            ("date,ticker,weight\n2024-01-02,A,0.5\n2024-01-02,B,0.6\n", 422, "sum to 1"),
            ("date,ticker,weight\n2024-01-02,A,1.5\n2024-01-02,B,-0.5\n", 422, "from 0 to 1"),
            ("date,ticker,weight\n2024-01-02,A,1\n2024-01-02,B,\n", 422, "or for none"),
            ("date,ticker\n2024-01-02,A\n2024-01-02,A\n", 422, "once a date"),
        ] {
            let problem = read(csv).unwrap_err();
            assert!(problem.status() == status && problem.body().detail.contains(part), "{csv}: {problem:?}");
        }
    }
}

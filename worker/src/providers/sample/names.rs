//! Made-up names. No listed company has a ticker of six letters, so none can be mistaken for a real one.

use super::random::Series;

const PURPOSE: u32 = 1;

/// First letters of either syllable.
const OPENINGS: [&str; 12] = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "t", "v"];
const VOWELS: [&str; 4] = ["a", "e", "i", "o"];
/// Ends of the first and of the second syllable.
const JOINTS: [&str; 2] = ["l", "r"];
const ENDINGS: [&str; 2] = ["x", "z"];

/// Syllables of either place: opening × vowel × end.
const SYLLABLES: u32 = 96;

/// Coprime to 96², so that multiplying by it visits every name once, neighbours far apart.
const STRIDE: u32 = 5_503;

/// Sectors with the lines of business that companies of each are named after.
const SECTORS: [(&str, [&str; 3]); SECTOR_COUNT] = [
    ("Technology", ["Systems", "Semiconductors", "Software"]),
    ("Health Care", ["Therapeutics", "Medical", "Biosciences"]),
    ("Financials", ["Financial", "Bancorp", "Insurance"]),
    ("Consumer Discretionary", ["Motors", "Retail", "Leisure"]),
    ("Communication Services", ["Media", "Networks", "Interactive"]),
    ("Industrials", ["Industries", "Logistics", "Aerospace"]),
    ("Consumer Staples", ["Foods", "Brands", "Beverages"]),
    ("Energy", ["Energy", "Petroleum", "Pipelines"]),
    ("Utilities", ["Utilities", "Power", "Water"]),
    ("Materials", ["Materials", "Chemicals", "Mining"]),
    ("Real Estate", ["Properties", "Realty", "Storage"]),
];

/// How many sectors there are.
pub(super) const SECTOR_COUNT: usize = 11;

/// Of a hundred companies, how many belong to the sectors up to and including each.
const SECTOR_SHARES: [u32; SECTOR_COUNT] = [22, 35, 48, 59, 65, 77, 83, 89, 93, 97, 100];

/// The six-letter symbol of company number `index`, unique below 9 216.
pub(super) fn symbol(index: u32) -> String {
    let at = index.wrapping_mul(STRIDE) % (SYLLABLES * SYLLABLES);
    let mut text = String::with_capacity(6);
    for (syllable, ends) in [(at / SYLLABLES, JOINTS), (at % SYLLABLES, ENDINGS)] {
        text.push_str(OPENINGS[(syllable % 12) as usize]);
        text.push_str(VOWELS[(syllable / 12 % 4) as usize]);
        text.push_str(ends[(syllable / 48) as usize]);
    }
    text.make_ascii_uppercase();
    text
}

/// The number of the company's sector.
pub(super) fn sector_of(index: u32) -> usize {
    let share = Series::new(PURPOSE, index).choice(0, 100);
    SECTOR_SHARES.iter().position(|up_to| share < *up_to).unwrap_or(0)
}

/// The sector's name.
pub(super) const fn sector_name(sector: usize) -> &'static str {
    SECTORS[sector].0
}

/// The company's name, from its symbol and its sector.
pub(super) fn company_name(index: u32, symbol: &str, sector: usize) -> String {
    let line = SECTORS[sector].1[Series::new(PURPOSE, index).choice(1, 3) as usize];
    let (initial, rest) = symbol.split_at(1);
    format!("{initial}{} {line} (fictional)", rest.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_symbol_is_its_own_and_has_six_letters() {
        let symbols: HashSet<String> = (0..8_000).map(symbol).collect();
        assert_eq!(symbols.len(), 8_000);
        assert!(symbols.iter().all(|text| text.len() == 6 && text.bytes().all(|b| b.is_ascii_uppercase())));
    }

    #[test]
    fn every_sector_has_companies() {
        let mut count = [0_u32; SECTOR_COUNT];
        for index in 0..600 {
            count[sector_of(index)] += 1;
        }
        assert!(count.iter().all(|companies| *companies >= 10), "{count:?}");
        assert_eq!(company_name(0, "BALBAX", 0).split(' ').next(), Some("Balbax"));
    }
}

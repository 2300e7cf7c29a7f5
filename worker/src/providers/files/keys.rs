//! The tickers of a file and which (ticker, day) keys it already held, in little memory.

use std::collections::HashMap;

use domain::calendar::WallTime;
use domain::units::{BarInterval, Day, Ticker};

use super::error::FileError;
use super::sessions::place;

/// Most different tickers in one file.
const MOST_TICKERS: usize = 100_000;
/// Most words of 64 days over all tickers: 16 MB, or 8 000 tickers of 43 years each.
const MOST_WORDS: usize = 2_000_000;

/// Tickers numbered in the order in which they first appear.
#[derive(Default)]
pub(super) struct TickerTable {
    numbers: HashMap<Box<str>, u32>,
    tickers: Vec<Ticker>,
    /// Daily files come sorted by ticker or repeat the same order every day.
    last: u32,
}

impl TickerTable {
    /// The number of a valid ticker.
    pub(super) fn number(&mut self, text: &str) -> Result<u32, FileError> {
        for guess in [self.last, self.last.wrapping_add(1)] {
            if self.get(guess).is_some_and(|ticker| ticker.as_str() == text) {
                self.last = guess;
                return Ok(guess);
            }
        }
        let number = match self.numbers.get(text) {
            Some(number) => *number,
            None => self.add(text)?,
        };
        self.last = number;
        Ok(number)
    }

    fn add(&mut self, text: &str) -> Result<u32, FileError> {
        let too_many = FileError::TooLarge { limit: MOST_TICKERS as u64, unit: "tickers" };
        let (Ok(ticker), Ok(number)) = (text.parse::<Ticker>(), u32::try_from(self.tickers.len())) else {
            return Err(too_many);
        };
        if self.tickers.len() >= MOST_TICKERS {
            return Err(too_many);
        }
        self.tickers.push(ticker);
        self.numbers.insert(text.into(), number);
        Ok(number)
    }

    /// The ticker with this number.
    pub(super) fn get(&self, number: u32) -> Option<&Ticker> {
        self.tickers.get(usize::try_from(number).ok()?)
    }
}

/// Which (ticker, day) keys came already: one bit a day, from each ticker's first word to its last.
#[derive(Default)]
pub(super) struct SeenKeys {
    of_ticker: Vec<Days>,
    words: usize,
}

#[derive(Default)]
struct Days {
    first_word: usize,
    words: Vec<u64>,
}

impl SeenKeys {
    /// Notes a key; false when it came before.
    pub(super) fn insert(&mut self, ticker: u32, day: Day) -> Result<bool, FileError> {
        let at = usize::try_from(ticker).unwrap_or(usize::MAX);
        if at >= self.of_ticker.len() {
            self.of_ticker.resize_with(at.saturating_add(1), Days::default);
        }
        let (word, bit) = place(day);
        let days = &mut self.of_ticker[at];
        let grown = days.grow_to(word);
        self.words += grown;
        if self.words > MOST_WORDS {
            return Err(FileError::TooLarge { limit: MOST_WORDS as u64 * 64, unit: "days over all tickers" });
        }
        let bits = &mut days.words[word - days.first_word];
        let new = *bits >> bit & 1 == 0;
        *bits |= 1 << bit;
        Ok(new)
    }
}

impl Days {
    /// Makes room for a word; says how many words that took.
    fn grow_to(&mut self, word: usize) -> usize {
        let before = self.words.len();
        if before == 0 {
            self.first_word = word;
        }
        if word < self.first_word {
            self.words.splice(0..0, std::iter::repeat_n(0, self.first_word - word));
            self.first_word = word;
        }
        let needed = word - self.first_word + 1;
        if needed > self.words.len() {
            self.words.resize(needed, 0);
        }
        self.words.len() - before
    }
}

/// Most (ticker, length, day) keys of a file of intraday bars: about 45 MB.
const MOST_TICKER_DAYS: usize = 200_000;

/// Which (ticker, length, minute) keys came already: one bit a minute of a day.
#[derive(Default)]
pub(super) struct SeenMinutes(HashMap<(u32, BarInterval, Day), [u64; 23]>);

impl SeenMinutes {
    /// Notes a key; false when it came before.
    pub(super) fn insert(&mut self, ticker: u32, interval: BarInterval, start: WallTime) -> Result<bool, FileError> {
        let minutes = self.0.entry((ticker, interval, start.day)).or_default();
        let (word, bit) = (start.minute / 64, start.minute % 64);
        let bits =
            minutes.get_mut(usize::try_from(word).unwrap_or(usize::MAX)).expect("a minute of a day is below 1440");
        let new = *bits >> bit & 1 == 0;
        *bits |= 1 << bit;
        if self.0.len() > MOST_TICKER_DAYS {
            return Err(FileError::TooLarge { limit: MOST_TICKER_DAYS as u64, unit: "days over all tickers" });
        }
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_ticker_keeps_its_number() {
        let mut table = TickerTable::default();
        let numbers: Vec<u32> =
            ["A", "NA", "BRK/B", "A", "NA", "NA", "A"].iter().map(|text| table.number(text).unwrap()).collect();
        assert_eq!(numbers, [0, 1, 2, 0, 1, 1, 0]);
        assert_eq!(table.get(2).unwrap().as_str(), "BRK/B");
    }

    #[test]
    fn keys_that_would_take_too_much_memory_end_the_file() {
        let mut seen = SeenKeys::default();
        let ends = [Day::from_number(i32::MIN), Day::from_number(i32::MAX)];
        let full = (0..MOST_TICKERS)
            .find_map(|ticker| ends.iter().find_map(|day| seen.insert(u32::try_from(ticker).unwrap(), *day).err()));
        assert!(matches!(full, Some(FileError::TooLarge { .. })));
    }

    proptest! {
        #[test]
        fn a_key_is_new_exactly_once(keys in proptest::collection::vec((0_u32..4, -25_567_i32..=84_005), 0..80)) {
            let mut seen = SeenKeys::default();
            let mut expected = HashSet::new();
            for (ticker, number) in keys.iter().chain(&keys) {
                let new = seen.insert(*ticker, Day::from_number(*number)).unwrap();
                prop_assert_eq!(new, expected.insert((*ticker, *number)));
            }
        }
    }
}

//! Whether a day is a session, remembered: a file asks the same days over and over.

use domain::calendar::is_session;
use domain::units::Day;

/// The first day that a [`Day`] can be.
const FIRST: i32 = -25_567;
/// Words of 64 days from the first to the last day that a [`Day`] can be.
const WORDS: usize = (84_005 + 25_567) / 64 + 1;

/// The sessions of the calendar, worked out 64 days at a time when first asked.
pub(super) struct Sessions {
    words: Vec<Option<u64>>,
}

impl Sessions {
    pub(super) fn new() -> Self {
        Self { words: vec![None; WORDS] }
    }

    /// Whether the exchange trades on this day.
    pub(super) fn contains(&mut self, day: Day) -> bool {
        let (word, bit) = place(day);
        let bits = *self.words[word].get_or_insert_with(|| {
            let first = Day::from_number(day.number() - i32::from(bit));
            (0..64_u8).filter(|bit| is_session(first.plus(i32::from(*bit)))).fold(0, |bits, bit| bits | 1 << bit)
        });
        bits >> bit & 1 == 1
    }
}

/// The word and the bit in it that stand for a day.
pub(super) fn place(day: Day) -> (usize, u8) {
    let offset = u32::try_from(day.number() - FIRST).expect("no Day is before the first one");
    let bit = u8::try_from(offset % 64).expect("a remainder of 64 fits into a byte");
    (usize::try_from(offset / 64).expect("a word number is small"), bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_the_calendar_says() {
        let mut sessions = Sessions::new();
        for number in (FIRST..FIRST + 200).chain(7_200..7_600).chain(17_000..17_400).chain(83_900..=84_005) {
            let day = Day::from_number(number);
            assert_eq!(sessions.contains(day), is_session(day), "{day}");
        }
    }
}

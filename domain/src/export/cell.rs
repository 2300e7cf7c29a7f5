//! One cell of a sheet: a number, a date, a text, or a formula that this crate wrote itself.

use std::borrow::Cow;

use crate::units::Day;

/// The longest text of a cell, in UTF-16 code units: the limit of the file format.
///
/// <https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3>
pub const MAX_TEXT_UNITS: usize = 32_767;

const CUT_MARK: &str = " [cut]";

/// How a number is shown. The stored value always keeps its full precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NumberFormat {
    /// As the spreadsheet program chooses; also the format of text columns.
    General,
    /// Whole numbers with thousands separators: `12,345`.
    Whole,
    /// Two decimals with thousands separators: `12,345.68`.
    Decimal2,
    /// Four decimals with thousands separators: `12,345.6789`.
    Decimal4,
    /// A fraction as a percentage with two decimals: 0.1234 is `12.34%`.
    Percent2,
    /// A fraction as a percentage with four decimals: 0.123456 is `12.3456%`.
    Percent4,
    /// A day as `2024-01-31`.
    Date,
}

impl NumberFormat {
    /// The format code of the file format, in its locale-neutral spelling.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::General => "General",
            Self::Whole => "#,##0",
            Self::Decimal2 => "#,##0.00",
            Self::Decimal4 => "#,##0.0000",
            Self::Percent2 => "0.00%",
            Self::Percent4 => "0.0000%",
            Self::Date => "yyyy-mm-dd",
        }
    }
}

/// A text that every spreadsheet program can store: no control characters, not longer than a cell may be.
///
/// It is stored as a string whatever its first character is, so data can never become a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(Cow<'static, str>);

impl Text {
    /// The text as a cell can hold it. Line ends become `\n`, characters that XML 1.0 forbids become U+FFFD, and a
    /// text over [`MAX_TEXT_UNITS`] is cut and says so at its end.
    ///
    /// ```
    /// use domain::export::Text;
    /// assert_eq!(Text::new("a\r\nb\u{1}").as_str(), "a\nb\u{FFFD}");
    /// ```
    #[must_use]
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        let clean = if text.contains(needs_replacing) { Cow::Owned(replaced(&text)) } else { text };
        // A UTF-8 text has at least as many bytes as UTF-16 units, so short texts need no counting.
        if clean.len() <= MAX_TEXT_UNITS || clean.encode_utf16().count() <= MAX_TEXT_UNITS {
            return Self(clean);
        }
        Self(Cow::Owned(cut(&clean)))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0.into_owned()
    }
}

fn needs_replacing(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

fn replaced(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\r' => '\n',
            c if needs_replacing(c) => '\u{FFFD}',
            c => c,
        })
        .collect()
}

fn cut(text: &str) -> String {
    let mut units = CUT_MARK.len();
    let kept = text.chars().take_while(|c| {
        units += c.len_utf16();
        units <= MAX_TEXT_UNITS
    });
    kept.chain(CUT_MARK.chars()).collect()
}

/// A formula with the value it has when the workbook is made, so that a reader that does not calculate sees it too.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// The expression without the leading `=`. It is built from cell names, never from data.
    pub expression: String,
    /// Its value.
    pub result: f64,
    /// How the value is shown; `None` is the column's format.
    pub format: Option<NumberFormat>,
}

/// The content of one cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing: the value is absent.
    Empty,
    /// A number in the column's format.
    Number(f64),
    /// A number in a format of its own.
    Formatted(f64, NumberFormat),
    /// A day, stored as a real date.
    Date(Day),
    /// Text.
    Text(Text),
    /// Text that heads a group of rows.
    Heading(Text),
    /// Yes or no.
    Truth(bool),
    /// A formula with its value.
    Formula(Box<Formula>),
}

impl Cell {
    /// A number in the column's format; no workbook can hold NaN or infinity, so those are an empty cell.
    #[must_use]
    pub fn number(value: f64) -> Self {
        if value.is_finite() { Self::Number(value) } else { Self::Empty }
    }

    /// A number in the column's format, or an empty cell for an absent one.
    #[must_use]
    pub fn optional(value: Option<f64>) -> Self {
        value.map_or(Self::Empty, Self::number)
    }

    /// A number in a format of its own; NaN and infinity are an empty cell.
    #[must_use]
    pub fn formatted(value: f64, format: NumberFormat) -> Self {
        if value.is_finite() { Self::Formatted(value, format) } else { Self::Empty }
    }

    /// A text, made storable.
    #[must_use]
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Text(Text::new(text))
    }

    /// A text that heads a group of rows.
    #[must_use]
    pub fn heading(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Heading(Text::new(text))
    }

    /// A formula with its value, in the column's format or in one of its own. Without a finite value it is an empty
    /// cell, like a number.
    #[must_use]
    pub fn formula(expression: String, result: f64, format: Option<NumberFormat>) -> Self {
        if result.is_finite() { Self::Formula(Box::new(Formula { expression, result, format })) } else { Self::Empty }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_text_stays_as_it_is() {
        for text in ["", "=1+1", "+cmd", "@x", "-2", "\t=", "Ünïcode 🦀", "two\nlines"] {
            assert!(matches!(Text::new(text).0, Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[test]
    fn characters_that_xml_forbids_are_replaced_visibly() {
        assert_eq!(Text::new("a\0b\u{1F}c\u{FFFE}").as_str(), "a\u{FFFD}b\u{FFFD}c\u{FFFD}");
        assert_eq!(Text::new("a\rb\r\nc").as_str(), "a\nb\nc");
    }

    #[test]
    fn a_long_text_is_cut_at_a_character_and_says_so() {
        let exact = "x".repeat(MAX_TEXT_UNITS);
        assert_eq!(Text::new(exact.clone()).as_str(), exact);
        let cut = Text::new("x".repeat(MAX_TEXT_UNITS + 1));
        assert_eq!(cut.as_str().len(), MAX_TEXT_UNITS);
        assert!(cut.as_str().ends_with("xx [cut]"));
        // A crab is two UTF-16 units: 16 383 of them fit (32 766 units), one more is over the limit. Of the cut text,
        // 32 767 - 6 units of mark leave 32 761, which hold 16 380 whole crabs.
        assert_eq!(Text::new("🦀".repeat(16_383)).as_str().chars().count(), 16_383);
        assert_eq!(Text::new("🦀".repeat(16_384)).as_str().chars().count(), 16_380 + 6);
    }

    #[test]
    fn what_is_not_a_number_is_an_empty_cell() {
        assert_eq!(Cell::number(f64::NAN), Cell::Empty);
        assert_eq!(Cell::optional(Some(f64::INFINITY)), Cell::Empty);
        assert_eq!(Cell::formatted(f64::NEG_INFINITY, NumberFormat::Whole), Cell::Empty);
        assert_eq!(Cell::number(-0.5), Cell::Number(-0.5));
    }
}

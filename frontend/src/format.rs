//! Numbers and dates as a person reads them, by the browser's own locale.

use std::cell::RefCell;
use std::collections::HashMap;

use domain::units::Day;
use js_sys::{Array, Function, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

/// What stands where a number is undefined.
pub(crate) const UNDEFINED: &str = "–";

/// How a number is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// `1,234`.
    Whole,
    /// `1,234.50`: levels, prices, ratios.
    Decimal,
    /// `0.0123`: four decimals.
    Fine,
    /// A fraction as `1.23%`.
    Percent,
    /// A fraction as `+1.23%`; what rounds to nothing has no sign.
    Change,
    /// A fraction as `12%`: axes.
    RoundPercent,
    /// `1.23T`: money of any size.
    Compact,
    /// Up to ten significant digits: numbers of which nothing is known.
    Significant,
}

impl Form {
    fn options(self) -> (&'static str, &'static str, u32, &'static str) {
        match self {
            Self::Whole => ("decimal", "standard", 0, "negative"),
            Self::Decimal => ("decimal", "standard", 2, "negative"),
            Self::Fine => ("decimal", "standard", 4, "negative"),
            Self::Percent => ("percent", "standard", 2, "negative"),
            Self::Change => ("percent", "standard", 2, "exceptZero"),
            Self::RoundPercent => ("percent", "standard", 0, "negative"),
            Self::Compact => ("decimal", "compact", 2, "negative"),
            Self::Significant => ("decimal", "standard", 10, "negative"),
        }
    }

    fn formatter(self) -> Function {
        let (style, notation, decimals, sign) = self.options();
        let options = Object::new();
        let set = |name: &str, value: JsValue| {
            // Setting a property of a plain object cannot fail.
            let _ = Reflect::set(&options, &name.into(), &value);
        };
        set("style", style.into());
        set("notation", notation.into());
        if self == Self::Significant {
            set("maximumSignificantDigits", decimals.into());
        } else {
            set("minimumFractionDigits", decimals.into());
            set("maximumFractionDigits", decimals.into());
        }
        set("signDisplay", sign.into());
        Intl::NumberFormat::new(&Array::new(), &options).format()
    }
}

/// How a time is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum TimeForm {
    Day,
    Month,
    Minute,
}

impl TimeForm {
    fn formatter(self) -> Function {
        let options = Object::new();
        let set = |name: &str, value: &str| {
            // Setting a property of a plain object cannot fail.
            let _ = Reflect::set(&options, &name.into(), &value.into());
        };
        match self {
            Self::Day => {
                set("timeZone", "UTC");
                set("dateStyle", "medium");
            }
            Self::Month => {
                set("timeZone", "UTC");
                set("month", "short");
            }
            Self::Minute => {
                set("dateStyle", "medium");
                set("timeStyle", "short");
            }
        }
        Intl::DateTimeFormat::new(&Array::new(), &options).format()
    }
}

thread_local! {
    static NUMBERS: RefCell<HashMap<Form, Function>> = RefCell::default();
    static TIMES: RefCell<HashMap<TimeForm, Function>> = RefCell::default();
}

fn call(formatter: &Function, value: f64) -> String {
    let text = formatter.call1(&JsValue::NULL, &value.into());
    text.ok().and_then(|text| text.as_string()).unwrap_or_else(|| value.to_string())
}

/// A number.
pub(crate) fn number(value: f64, form: Form) -> String {
    // Written out, these would be longer than a column is wide.
    if form == Form::Significant && value != 0.0 && !(1e-6..1e15).contains(&value.abs()) {
        return format!("{value:.6e}");
    }
    let formatter = NUMBERS.with_borrow_mut(|known| known.entry(form).or_insert_with(|| form.formatter()).clone());
    call(&formatter, value)
}

/// A number, or the mark of an undefined one.
pub(crate) fn optional(value: Option<f64>, form: Form) -> String {
    value.map_or_else(|| UNDEFINED.to_owned(), |value| number(value, form))
}

/// A count.
pub(crate) fn count(value: impl TryInto<i64>) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts of rows and days are far below 2^53")]
    let value = value.try_into().map_or(f64::MAX, |value| value as f64);
    number(value, Form::Whole)
}

fn time(ms: f64, form: TimeForm) -> String {
    let formatter = TIMES.with_borrow_mut(|known| known.entry(form).or_insert_with(|| form.formatter()).clone());
    call(&formatter, ms)
}

fn ms_of(day: Day) -> f64 {
    f64::from(day.number()) * 86_400_000.0
}

/// A day: `Dec 24, 2024`.
pub(crate) fn day(day: Day) -> String {
    time(ms_of(day), TimeForm::Day)
}

/// A month's short name; `month` is 1..=12.
pub(crate) fn month(month: u32) -> String {
    Day::from_ymd(2024, month, 1).map_or_else(String::new, |first| time(ms_of(first), TimeForm::Month))
}

/// An instant to the minute, in the person's own time zone.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of our days are below 2^53")]
pub(crate) fn instant(ms: i64) -> String {
    time(ms as f64, TimeForm::Minute)
}

/// The direction of a change, for its colour: `up`, `down` or `flat`.
pub(crate) fn direction(value: Option<f64>) -> &'static str {
    match value {
        Some(value) if value >= 0.000_05 => "up",
        Some(value) if value <= -0.000_05 => "down",
        _ => "flat",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounds_to_nothing_has_no_direction() {
        assert_eq!(direction(Some(0.000_05)), "up");
        assert_eq!(direction(Some(-0.001)), "down");
        assert_eq!(direction(Some(-0.000_049)), "flat");
        assert_eq!(direction(None), "flat");
    }
}

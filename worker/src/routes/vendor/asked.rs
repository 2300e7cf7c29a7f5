//! What bars are asked for: read and checked, whoever asks and however.

use domain::bars::{Adjustment, Align, BarSize, Span, Timespan};
use domain::calendar::new_york_instant;
use domain::units::{Day, Ticker, UnixMillis};

use super::{descending, flag, today};
use crate::config::Config;
use crate::error::Problem;
use crate::providers;
use crate::routes::query::{Query, parse_day};
use crate::stores::d1::bars::BarQuery;

const MOST_BARS: i64 = 50_000;
const DEFAULT_BARS: i64 = 5_000;
/// As far as an instant can be from 1970, Unix milliseconds: the calendar's ends.
const FARTHEST_MS: i64 = 7_258_118_400_000;

/// Where bars come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The database.
    Stored,
    /// A provider; nothing is written.
    Passthrough,
    /// A provider, through the database.
    Refresh,
}

/// Where bars are asked for: the parts of the path, or arguments of the same names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The symbol.
    pub(crate) ticker: &'a str,
    /// How many of `timespan`.
    pub(crate) multiplier: &'a str,
    /// The unit.
    pub(crate) timespan: &'a str,
    /// A day or Unix milliseconds.
    pub(crate) from: &'a str,
    /// Likewise.
    pub(crate) to: &'a str,
}

/// What is asked for, read and checked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) ticker: Ticker,
    pub(crate) size: BarSize,
    pub(crate) span: Span,
    pub(crate) limit: usize,
    pub(crate) descending: bool,
    pub(crate) regular_only: bool,
    pub(crate) adjustment: Adjustment,
    pub(crate) provider: Option<&'static str>,
    pub(crate) mode: Mode,
    pub(crate) as_of: Option<Day>,
}

impl Asked {
    /// Reads what is asked for.
    ///
    /// # Errors
    /// 400 for what is malformed, 422 for what is impossible.
    pub(crate) fn read(place: Place<'_>, query: &Query) -> Result<Self, Problem> {
        let ticker = ticker_of(place.ticker)?;
        let align = query.choice("align", &Align::ALL)?.unwrap_or(Align::Clock);
        let size = size_of(place.multiplier, place.timespan)?.aligned(align);
        let (from, to) = (instant("from", place.from, false)?, instant("to", place.to, true)?);
        if to < from {
            return Err(Problem::impossible("to", place.to, "not before from"));
        }
        let named = query.choice("adjustment", &Adjustment::ALL)?;
        let adjusted = flag(query, "adjusted")?;
        let adjustment = match (named, adjusted) {
            (Some(Adjustment::Raw), Some(true))
            | (Some(Adjustment::Splits | Adjustment::SplitsAndDividends), Some(false)) => {
                return Err(Problem::impossible(
                    "adjusted",
                    query.text("adjusted").unwrap_or_default(),
                    "the same as adjustment",
                ));
            }
            (Some(named), _) => named,
            (None, Some(false)) => Adjustment::Raw,
            (None, _) => Adjustment::Splits,
        };
        let provider = query.text("provider").map(|name| source_of("provider", name));
        let mode = mode_of(query)?;
        let as_of = query.day("as_of")?;
        if as_of.is_some() && mode != Mode::Stored {
            return Err(Problem::impossible(
                "as_of",
                query.text("as_of").unwrap_or_default(),
                "absent unless mode is stored",
            ));
        }
        let limit = query.integer("limit", 1, MOST_BARS)?.unwrap_or(DEFAULT_BARS);
        Ok(Self {
            ticker,
            size,
            span: size.stretch(Span { from, to }),
            limit: usize::try_from(limit).unwrap_or(1),
            descending: descending(query, "sort", false)?,
            regular_only: flag(query, "extended")? == Some(false),
            adjustment,
            provider: provider.transpose()?,
            mode,
            as_of,
        })
    }

    /// Everything that can change the stored answer, in one normal form. An action may come into force today.
    pub(super) fn key(&self, now: UnixMillis) -> String {
        format!(
            "{}&{:?}&{}&{}&{}&{}&{}&{}&{}&{:?}&{}",
            self.ticker,
            self.size,
            self.span.from.0,
            self.span.to.0,
            self.limit,
            self.descending,
            self.regular_only,
            self.adjustment.name(),
            self.provider.unwrap_or_default(),
            self.as_of,
            if self.adjustment == Adjustment::Raw { 0 } else { today(now).number() },
        )
    }

    /// The query that the store is asked.
    pub(crate) fn stored<'a>(&'a self, config: &Config, now: UnixMillis) -> BarQuery<'a> {
        BarQuery {
            ticker: self.ticker.as_str(),
            size: self.size,
            span: self.span,
            limit: self.limit,
            descending: self.descending,
            regular_only: self.regular_only,
            source: self.provider,
            preferred: providers::registered_name(&config.provider).unwrap_or_default(),
            adjustment: self.adjustment,
            today: today(now),
            as_of: None,
        }
    }
}

/// `mode`: `stored` unless it says otherwise.
pub(super) fn mode_of(query: &Query) -> Result<Mode, Problem> {
    let modes = [("stored", Mode::Stored), ("passthrough", Mode::Passthrough), ("refresh", Mode::Refresh)];
    Ok(query.choice("mode", &modes)?.unwrap_or(Mode::Stored))
}

/// A registered source by any of its names.
pub(crate) fn source_of(parameter: &str, name: &str) -> Result<&'static str, Problem> {
    providers::registered_name(name).ok_or_else(|| {
        let known: Vec<&str> = providers::REGISTRY.iter().map(|about| about.name).collect();
        Problem::impossible(parameter, name, format!("one of {}", known.join(", ")))
    })
}

/// A symbol.
pub(super) fn ticker_of(text: &str) -> Result<Ticker, Problem> {
    text.parse().map_err(|_| Problem::impossible("ticker", text, "a ticker of 1 to 24 letters, digits or ./-_^+="))
}

fn size_of(multiplier: &str, timespan: &str) -> Result<BarSize, Problem> {
    let Some((_, unit)) = Timespan::ALL.into_iter().find(|(name, _)| *name == timespan) else {
        let names = Timespan::ALL.map(|(name, _)| name).join(", ");
        return Err(Problem::impossible("timespan", timespan, format!("one of {names}")));
    };
    let count = multiplier.parse::<u32>().ok().filter(|_| multiplier.bytes().all(|byte| byte.is_ascii_digit()));
    let size = count.and_then(|count| BarSize::new(count, unit));
    size.ok_or_else(|| {
        let rule = "a whole number above 0, of at most one day of minutes or hours, ten years of longer units";
        Problem::impossible("multiplier", multiplier, rule)
    })
}

/// A day or Unix milliseconds; a day that ends a range lasts until its end.
fn instant(name: &str, text: &str, is_end: bool) -> Result<UnixMillis, Problem> {
    if !text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let ms = text.parse().ok().filter(|ms| *ms <= FARTHEST_MS);
        let rule = "Unix milliseconds before the year 2200";
        return ms.map(UnixMillis).ok_or_else(|| Problem::impossible(name, text, rule));
    }
    let day = parse_day(name, text)?;
    let start = |day| new_york_instant(day, 0);
    Ok(if is_end { start(day.plus(1)).plus_ms(-1) } else { start(day) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_given_in_days_or_milliseconds() {
        let at = |text, is_end| instant("from", text, is_end).map(|instant| instant.0).ok();
        // 2021-12-01T05:00Z to 2021-12-02T04:59:59.999Z.
        assert_eq!(at("2021-12-01", false), Some(1_638_334_800_000));
        assert_eq!(at("2021-12-01", true), Some(1_638_421_199_999));
        assert_eq!(at("1638367200000", true), Some(1_638_367_200_000));
        for wrong in ["", "2021-02-30", "-1", "1e9", "99999999999999", "2021-12-01T00:00:00", "tomorrow"] {
            assert_eq!(at(wrong, false), None, "{wrong}");
        }
    }

    #[test]
    fn a_size_names_a_unit_and_a_whole_number_of_it() {
        assert_eq!(size_of("4", "hour").unwrap().minutes(), Some(240));
        for (multiplier, timespan) in [
            ("0", "day"),
            ("-1", "day"),
            ("+1", "day"),
            ("1.5", "hour"),
            ("25", "hour"),
            ("1", "fortnight"),
            ("", "day"),
        ] {
            assert_eq!(size_of(multiplier, timespan).unwrap_err().status(), 422, "{multiplier} {timespan}");
        }
    }
}

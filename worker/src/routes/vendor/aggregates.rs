//! `GET /v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}`: bars of any length.

use domain::api::{Aggregate, Aggregates};
use domain::bars::{Adjustment, Bar, BarSize, Span, Timespan};
use domain::calendar::new_york_instant;
use domain::units::{Ticker, UnixMillis};

use super::{answer_id, computed, descending, fetched, flag, link, query, ticker_of, today};
use crate::error::Problem;
use crate::providers;
use crate::routes::cached::cached;
use crate::routes::query::{Query, parse_day};
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::bars::{BarQuery, BarsFound, D1Bars, SCOPES};

const PARAMETERS: &[&str] = &["adjusted", "sort", "limit", "adjustment", "extended", "as_of", "mode", "provider"];

const MOST_BARS: i64 = 50_000;
const DEFAULT_BARS: i64 = 5_000;
/// As far as an instant can be from 1970, Unix milliseconds: the calendar's ends.
const FARTHEST_MS: i64 = 7_258_118_400_000;

/// Where bars come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// The database.
    Stored,
    /// A provider; nothing is written.
    Passthrough,
    /// A provider, through the database.
    Refresh,
}

/// What is asked for, read and checked.
pub(super) struct Asked {
    pub(super) ticker: Ticker,
    pub(super) size: BarSize,
    pub(super) span: Span,
    pub(super) limit: usize,
    pub(super) descending: bool,
    pub(super) regular_only: bool,
    pub(super) adjustment: Adjustment,
    pub(super) provider: Option<&'static str>,
    pub(super) mode: Mode,
    as_of: Option<domain::units::Day>,
}

/// Answers bars.
pub(in crate::routes) async fn aggregates(call: &Call) -> Answer {
    let query = query(call, PARAMETERS)?;
    let asked = Asked::read(call, &query)?;
    if asked.mode != Mode::Stored {
        return fetched::answer(call, &query, &asked).await;
    }
    let key = asked.key(call);
    cached(call, &SCOPES, &key, async |db| {
        let bars = D1Bars(db);
        let as_of = match asked.as_of {
            Some(day) => Some(bars.as_of(day).await?),
            None => None,
        };
        let found = bars.read(&BarQuery { as_of, ..asked.stored(call) }).await?;
        let id = answer_id(call, &key);
        let versions = found.versions.clone();
        computed(versions, &asked.answer(call, &query, id, &found))
    })
    .await
}

impl Asked {
    fn read(call: &Call, query: &Query) -> Result<Self, Problem> {
        let ticker = ticker_of(call)?;
        let size = size_of(call.param("multiplier"), call.param("timespan"))?;
        let (from, to) = (instant("from", call.param("from"), false)?, instant("to", call.param("to"), true)?);
        if to < from {
            return Err(Problem::impossible("to", call.param("to"), "not before from"));
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
        let provider = query.text("provider").map(|name| {
            providers::registered_name(name).ok_or_else(|| {
                let known: Vec<&str> = providers::REGISTRY.iter().map(|about| about.name).collect();
                Problem::impossible("provider", name, format!("one of {}", known.join(", ")))
            })
        });
        let modes = [("stored", Mode::Stored), ("passthrough", Mode::Passthrough), ("refresh", Mode::Refresh)];
        let mode = query.choice("mode", &modes)?.unwrap_or(Mode::Stored);
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

    /// Everything that can change the answer, in one normal form. An action may come into force today.
    fn key(&self, call: &Call) -> String {
        format!(
            "{}&{:?}&{}&{}&{}&{}&{}&{}&{}&{:?}&{}&{}",
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
            if self.adjustment == Adjustment::Raw { 0 } else { today(call.now).number() },
            call.origin(),
        )
    }

    /// The query that the store is asked.
    pub(super) fn stored<'a>(&'a self, call: &'a Call) -> BarQuery<'a> {
        BarQuery {
            ticker: self.ticker.as_str(),
            size: self.size,
            span: self.span,
            limit: self.limit,
            descending: self.descending,
            regular_only: self.regular_only,
            source: self.provider,
            preferred: providers::registered_name(&call.config.provider).unwrap_or_default(),
            adjustment: self.adjustment,
            today: today(call.now),
            as_of: None,
        }
    }

    /// The answer with what was found.
    pub(super) fn answer(&self, call: &Call, query: &Query, id: String, found: &BarsFound) -> Aggregates {
        let next_url = found.next.map(|next| {
            let (from, to) = if self.descending { (self.span.from.0, next.0) } else { (next.0, self.span.to.0) };
            let (multiplier, timespan) = (call.param("multiplier"), call.param("timespan"));
            let ticker = super::encoded(self.ticker.as_str());
            let path = format!("/v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}");
            link(call, &path, query, &[], PARAMETERS)
        });
        let count = found.bars.len();
        let synthetic = found.sources.iter().any(|source| providers::is_synthetic(source));
        Aggregates {
            ticker: self.ticker.to_string(),
            query_count: count,
            results_count: count,
            adjusted: self.adjustment != Adjustment::Raw,
            results: found.bars.iter().map(shown).collect(),
            status: "OK".to_owned(),
            request_id: id,
            count,
            next_url,
            source: (!found.sources.is_empty()).then(|| found.sources.join(",")),
            adjustment: self.adjustment.name().to_owned(),
            stored_as: found.stored_as.map(str::to_owned),
            stale: false,
            failed_providers: Vec::new(),
            rejected: None,
            synthetic,
        }
    }
}

fn shown(bar: &Bar) -> Aggregate {
    Aggregate {
        ticker: None,
        volume: bar.volume,
        vwap: bar.vwap,
        open: bar.open,
        close: bar.close,
        high: bar.high,
        low: bar.low,
        start: bar.t.0,
        trades: bar.trades,
        extended: bar.extended,
    }
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

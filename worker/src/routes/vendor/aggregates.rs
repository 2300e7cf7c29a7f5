//! `GET /v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}`: bars of any length.

use domain::api::{Aggregate, Aggregates};
use domain::bars::Adjustment;
use domain::export::{BarsTitle, bars_book, render_xlsx, start_time};
use domain::units::UnixMillis;

use super::asked::{Asked, Mode, Place};
use super::fetched::{self, Delivery, Means};
use super::{answer_id, link, query, uncached};
use crate::error::Problem;
use crate::providers;
use crate::routes::cached::{Computed, remembered};
use crate::routes::indices::format::{Csv, Format, optional};
use crate::routes::query::Query;
use crate::routes::request::Call;
use crate::routes::respond::{Answer, Reply};
use crate::stores::d1::bars::{BarsFound, Page, SCOPES};

const PARAMETERS: &[&str] =
    &["adjusted", "sort", "limit", "adjustment", "align", "extended", "as_of", "mode", "provider", "format"];

/// Answers bars.
pub(in crate::routes) async fn aggregates(call: &Call) -> Answer {
    let query = query(call, PARAMETERS)?;
    let asked = Asked::read(place_of(call), &query)?;
    let format = Format::of(call, &query)?;
    if asked.mode != Mode::Stored {
        let means = Means::of(call)?;
        let delivery = fetched::bars(&means, &asked).await?;
        let version = delivery.version;
        if format != Format::Json {
            let table = table(call, &asked, format, &delivery.found)?;
            let reply = Reply::of(format.content_type(), table).with_header("cache-control", "no-store");
            let named = format.disposition("bars", &file_name(&asked)).unwrap_or_default();
            return Ok(reply.with_header("content-disposition", named));
        }
        let answer = answer(call, &query, &asked, format!("{}-{}", delivery.named(), call.now.0), delivery);
        return uncached(&answer, version);
    }
    let key = format!("{}&{}&{}", asked.key(call.now), call.origin(), format.name());
    // One indexed read makes it again, for less than keeping it outside of the isolate would cost.
    remembered(call, &SCOPES, &key, async |_| {
        let means = Means::of(call)?;
        if format == Format::Json {
            return paged(call, &query, &asked, answer_id(call, &key), fetched::stored_page(&means, &asked).await?);
        }
        let found = fetched::stored(&means, &asked).await?;
        let body = table(call, &asked, format, &found)?;
        let (content_type, disposition) = (format.content_type(), format.disposition("bars", &file_name(&asked)));
        Ok(Computed { versions: found.versions, content_type, disposition, body })
    })
    .await
}

/// Bars as a table: CSV or a workbook. Neither has pages; `limit` bounds both.
fn table(call: &Call, asked: &Asked, format: Format, found: &BarsFound) -> Result<Vec<u8>, Problem> {
    if format == Format::Xlsx {
        let title = BarsTitle {
            ticker: asked.ticker.to_string(),
            length: format!("{} {}", call.param("multiplier"), call.param("timespan")),
            adjustment: asked.adjustment.name().to_owned(),
            source: found.sources.join(","),
            synthetic: found.sources.iter().any(|source| providers::is_synthetic(source)),
        };
        return render_xlsx(bars_book(&title, &found.bars)).map_err(Problem::internal);
    }
    let header = ["t", "date", "time_et", "open", "high", "low", "close", "volume", "vwap", "trades", "extended"];
    let mut table = Csv::new(&header);
    for bar in &found.bars {
        table.row(&[
            bar.t.0.to_string(),
            bar.day.to_string(),
            start_time(bar),
            optional(bar.open),
            optional(bar.high),
            optional(bar.low),
            bar.close.to_string(),
            optional(bar.volume),
            optional(bar.vwap),
            optional(bar.trades),
            bar.extended.to_string(),
        ]);
    }
    Ok(table.into_bytes())
}

/// The symbol as a part of a file's name.
fn file_name(asked: &Asked) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    asked.ticker.as_str().chars().map(plain).collect()
}

fn place_of(call: &Call) -> Place<'_> {
    let [ticker, multiplier, timespan, from, to] =
        ["ticker", "multiplier", "timespan", "from", "to"].map(|name| call.param(name));
    Place { ticker, multiplier, timespan, from, to }
}

/// The answer with what was found.
fn answer(call: &Call, query: &Query, asked: &Asked, id: String, delivery: Delivery) -> Aggregates {
    let found = delivery.found;
    let count = found.bars.len();
    Aggregates {
        results: found.bars.iter().map(Aggregate::from).collect(),
        status: if delivery.stale { "DELAYED" } else { "OK" }.to_owned(),
        source: (!found.sources.is_empty()).then(|| found.sources.join(",")),
        stored_as: found.stored_as.map(str::to_owned),
        stale: delivery.stale,
        failed_providers: delivery.failed,
        rejected: delivery.rejected,
        synthetic: found.sources.iter().any(|source| providers::is_synthetic(source)),
        ..empty(call, query, asked, id, count, found.next)
    }
}

/// The answer with bars that are a text already.
fn paged(call: &Call, query: &Query, asked: &Asked, id: String, page: Page) -> Result<Computed, Problem> {
    let around = Aggregates {
        source: (!page.sources.is_empty()).then(|| page.sources.join(",")),
        stored_as: page.stored_as.map(str::to_owned),
        synthetic: page.sources.iter().any(|source| providers::is_synthetic(source)),
        ..empty(call, query, asked, id, page.bars, page.next)
    };
    let around = serde_json::to_string(&around).map_err(Problem::internal)?;
    let rest = around.strip_prefix('{').ok_or_else(|| Problem::internal("an answer is no object"))?;
    // An answer without bars leaves their field out.
    let results = if page.bars == 0 { ["{", "", ""] } else { ["{\"results\":", &page.text, ","] };
    let body = [&results.concat(), rest].concat().into_bytes();
    Ok(Computed { versions: page.versions, content_type: "application/json", disposition: None, body })
}

/// The answer to a request, without its bars and where they come from.
fn empty(call: &Call, query: &Query, asked: &Asked, id: String, count: usize, next: Option<UnixMillis>) -> Aggregates {
    let next_url = next.map(|next| {
        let (from, to) = if asked.descending { (asked.span.from.0, next.0) } else { (next.0, asked.span.to.0) };
        let (multiplier, timespan) = (call.param("multiplier"), call.param("timespan"));
        let ticker = super::encoded(asked.ticker.as_str());
        let path = format!("/v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}");
        link(call, &path, query, &[], PARAMETERS)
    });
    Aggregates {
        ticker: asked.ticker.to_string(),
        query_count: count,
        results_count: count,
        adjusted: asked.adjustment != Adjustment::Raw,
        results: Vec::new(),
        status: "OK".to_owned(),
        request_id: id,
        count,
        next_url,
        source: None,
        adjustment: asked.adjustment.name().to_owned(),
        stored_as: None,
        stale: false,
        failed_providers: Vec::new(),
        rejected: None,
        synthetic: false,
    }
}

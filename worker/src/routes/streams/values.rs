//! `GET /stats/values`: the points themselves.

use domain::api::StreamValues;
use domain::stream::MOST_ANSWERED_VALUES;

use super::{asked_symbol, problem, streams};
use crate::routes::indices::Csv;
use crate::routes::request::Call;
use crate::routes::respond::{Answer, Reply};
use crate::stores::symbol_streams::Points;

/// Points in arrival order: the newest, or those from a position on.
pub(in crate::routes) async fn values(call: &Call) -> Answer {
    let query = call.query(&["symbol", "n", "from", "format"])?;
    let symbol = asked_symbol(&query)?;
    let most = MOST_ANSWERED_VALUES.cast_signed();
    let count = query.integer("n", 1, most)?.unwrap_or(most).unsigned_abs();
    let from = query.integer("from", 0, (1 << 53) - 1)?.map(i64::unsigned_abs);
    let by_accept = call.header("accept").is_some_and(|accept| accept.contains("text/csv"));
    let as_csv = query.choice("format", &[("json", false), ("csv", true)])?.unwrap_or(by_accept);
    let points =
        streams(call)?.values(&symbol, from, count).await.map_err(|refusal| problem(&symbol, None, refusal))?;
    let reply = if as_csv {
        // A symbol may hold what a file name may not.
        let name = symbol.as_str().replace(['/', ':'], "_");
        Reply::of("text/csv; charset=utf-8", csv(&points))
            .with_header("content-disposition", format!("attachment; filename=\"{name}-{}.csv\"", points.from))
    } else {
        let Points { total, from, values } = points;
        Reply::json(&StreamValues { symbol: symbol.to_string(), total, from, values })?
    };
    Ok(reply.with_header("cache-control", "no-store"))
}

fn csv(points: &Points) -> Vec<u8> {
    let mut table = Csv::new(&["position", "value"]);
    for (position, value) in (points.from..).zip(&points.values) {
        table.row(&[position.to_string(), value.to_string()]);
    }
    table.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_stands_beside_its_position() {
        let table = csv(&Points { total: 12, from: 10, values: vec![0.1, -2.0] });
        assert_eq!(String::from_utf8(table).unwrap(), "position,value\r\n10,0.1\r\n11,-2\r\n");
    }
}

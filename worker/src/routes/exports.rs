//! `GET /exports`: the stored rows of one kind as CSV that `POST /imports` reads back.

use domain::ports::RowKind;
use domain::units::{Day, DayRange};
use futures_util::stream;
use worker::{Response, ResponseBody};

use super::imports::kind_of;
use super::request::Call;
use super::respond::{Answer, Body, Reply};
use crate::error::Problem;
use crate::stores::d1::exports::{self, Place};
use crate::stores::d1::{D1, data_versions};
use crate::wiring;

/// What is left to send.
struct Rest {
    db: D1,
    kind: RowKind,
    range: DayRange,
    /// `None` before the header is sent.
    place: Option<Place>,
}

/// `GET /exports?kind=&first_day=&last_day=`: streamed page by page, whatever its size.
pub(super) async fn download(call: &Call) -> Answer {
    let query = call.query(&["kind", "first_day", "last_day"])?;
    let kind = kind_of(&query)?;
    if exports::header(kind).is_none() {
        let rule = "another kind: option chains are read with GET /chains/{underlying}?date=&format=csv";
        return Err(Problem::impossible("kind", kind.name(), rule));
    }
    let (first, last) = (query.day("first_day")?, query.day("last_day")?);
    if kind == RowKind::Securities && (first.is_some() || last.is_some()) {
        return Err(Problem::impossible(
            "first_day",
            query.text("first_day").unwrap_or_default(),
            "securities have no day",
        ));
    }
    let first = first.unwrap_or(Day::from_number(i32::MIN));
    let last = last.unwrap_or(Day::from_number(i32::MAX));
    let range = DayRange::new(first, last)
        .ok_or_else(|| Problem::impossible("last_day", &last.to_string(), format!("a day not before {first}")))?;
    let version = data_versions::read(call.db()?, &["market"]).await?.all;
    let rest = Rest { db: wiring::database(&call.env)?, kind, range, place: None };
    let disposition = format!("attachment; filename=\"{}.csv\"", kind.name());
    let headers = vec![("content-type", "text/csv; charset=utf-8".into()), ("content-disposition", disposition.into())];
    Ok(Reply { status: 200, headers, body: Body::Stream(stream_of(rest)?) }.with_data_version(version))
}

fn stream_of(rest: Rest) -> Result<Option<worker::web_sys::ReadableStream>, Problem> {
    let pages = stream::try_unfold(rest, |rest| async move { next(rest).await.map_err(worker::Error::from) });
    match Response::from_stream(Box::pin(pages))?.body() {
        ResponseBody::Stream(stream) => Ok(Some(stream.clone())),
        ResponseBody::Empty | ResponseBody::Body(_) => Ok(None),
    }
}

async fn next(rest: Rest) -> Result<Option<(Vec<u8>, Rest)>, String> {
    let Some(place) = rest.place else {
        let header = exports::header(rest.kind).unwrap_or_default().into_bytes();
        return Ok(Some((header, Rest { place: Some(Place::START), ..rest })));
    };
    let page = exports::next_lines(&rest.db, rest.kind, rest.range, place).await.map_err(|error| error.to_string())?;
    Ok(page.map(|(lines, place)| (lines.into_bytes(), Rest { place: Some(place), ..rest })))
}

//! The three forms of a batch: JSON, little-endian doubles, and one number a line.

use domain::api::{AddBatch, FieldError, read_batch, read_number};
use domain::stream::{MOST_BATCH_VALUES, Symbol, values_from_bytes};
use worker::js_sys::Float64Array;
use worker::wasm_bindgen::JsValue;

use super::rule;
use crate::error::{Problem, field_error};
use crate::providers::files::GzipDecoder;
use crate::routes::request::{Call, parse_json};

/// Most bytes of a body: 10 000 numbers with 100 characters each.
const MOST_BYTES: u64 = 1 << 20;
const PARAMETERS: &[&str] = &["symbol", "sequence"];
const ACCEPTED: &str = "application/json, application/octet-stream or application/x-ndjson";

/// A batch that can be appended.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) symbol: Symbol,
    /// Doubles, little-endian: a buffer, or the request's own body, in which the stream looks for values that are not finite.
    pub(super) doubles: JsValue,
    /// How many.
    pub(super) count: usize,
    pub(super) sequence: Option<u64>,
}

/// A batch that was looked through.
#[derive(Debug, PartialEq)]
struct Checked {
    symbol: Symbol,
    values: Vec<f64>,
    sequence: Option<u64>,
}

impl From<Checked> for Batch {
    fn from(Checked { symbol, values, sequence }: Checked) -> Self {
        Self { symbol, doubles: Float64Array::from(values.as_slice()).into(), count: values.len(), sequence }
    }
}

/// Reads the body in the form that its content type says.
///
/// # Errors
/// 415 for another type, 413 for a body that is too large, 400 for one that is not what it says, 422 naming what cannot be.
pub(super) async fn read(call: &Call) -> Result<Batch, Problem> {
    let content_type = call.content_type();
    if content_type.as_deref() == Some("application/octet-stream")
        && let Some(batch) = unread(call)?
    {
        return Ok(batch);
    }
    let checked = match content_type.as_deref() {
        Some("application/octet-stream") => from_parameters(call, doubles).await,
        Some("application/x-ndjson" | "application/ndjson") => from_parameters(call, lines).await,
        Some(kind) if kind == "application/json" || kind.ends_with("+json") => {
            call.query(&[])?;
            let body = body(call).await?;
            // The slow way finds the words for what is wrong.
            let batch = read_batch(&body).map_or_else(|| parse_json::<AddBatch>(&body), Ok)?;
            checked(&batch.symbol, batch.values, batch.sequence)
        }
        _ => Err(Problem::unsupported_type(content_type.as_deref(), ACCEPTED)),
    };
    checked.map(Batch::from)
}

/// Plain doubles that are no more than a batch by their announced length: nothing has to be read to pass them on.
fn unread(call: &Call) -> Result<Option<Batch>, Problem> {
    let bytes = call.declared_length().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default();
    let whole = bytes > 0 && bytes.is_multiple_of(8) && bytes <= MOST_BATCH_VALUES * 8;
    if !whole || call.header("content-encoding").is_some() {
        return Ok(None);
    }
    let Some(body) = call.request.body() else { return Ok(None) };
    let (symbol, sequence) = parameters(call)?;
    let symbol = super::known_symbol(&symbol)?;
    Ok(Some(Batch { symbol, doubles: body.into(), count: bytes / 8, sequence }))
}

fn parameters(call: &Call) -> Result<(String, Option<u64>), Problem> {
    let query = call.query(PARAMETERS)?;
    let symbol = query.required("symbol")?.to_owned();
    let sequence = query.integer("sequence", 0, i64::MAX)?.and_then(|sequence| u64::try_from(sequence).ok());
    Ok((symbol, sequence))
}

async fn from_parameters(call: &Call, parse: fn(&[u8]) -> Result<Vec<f64>, Problem>) -> Result<Checked, Problem> {
    let (symbol, sequence) = parameters(call)?;
    let values = parse(&body(call).await?)?;
    checked(&symbol, values, sequence)
}

/// The body, unpacked where its content encoding says so.
async fn body(call: &Call) -> Result<Vec<u8>, Problem> {
    let body = call.bytes(MOST_BYTES).await?;
    let encoding = call.header("content-encoding").map(|encoding| encoding.trim().to_ascii_lowercase());
    match encoding.as_deref() {
        None | Some("" | "identity") => Ok(body),
        Some("gzip" | "x-gzip") => unpack(&body),
        other => Err(Problem::unsupported_type(other, "sent with the content encoding gzip or none")),
    }
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::new();
    let mut take = |part: &[u8]| {
        body.extend_from_slice(part);
        if body.len() as u64 > MOST_BYTES { Err(Problem::too_large(MOST_BYTES)) } else { Ok(()) }
    };
    let mut decoder = GzipDecoder::new();
    decoder.push(packed, &mut take)?;
    decoder.finish(&mut take)?;
    Ok(body)
}

fn doubles(body: &[u8]) -> Result<Vec<f64>, Problem> {
    if body.is_empty() {
        return Err(Problem::malformed_body("expected doubles of eight bytes, was empty"));
    }
    values_from_bytes(body)
        .ok_or_else(|| Problem::malformed_body(format!("expected doubles of eight bytes, was {} bytes", body.len())))
}

fn lines(body: &[u8]) -> Result<Vec<f64>, Problem> {
    if body.trim_ascii().is_empty() {
        return Err(Problem::malformed_body("expected one number a line, was empty"));
    }
    let lines = body.split(|byte| *byte == b'\n').enumerate();
    let written = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    written.map(|(index, line)| read_number(line).map_or_else(|| refuse_line(index + 1, line), Ok)).collect()
}

/// Why a line is no number: not JSON, or JSON of another kind.
fn refuse_line(number: usize, line: &[u8]) -> Result<f64, Problem> {
    match serde_json::from_slice::<serde::de::IgnoredAny>(line) {
        Ok(_) => {
            let text = String::from_utf8_lossy(line);
            let field = format!("line {number}");
            Err(Problem::invalid_fields(vec![field_error(&field, Some(text.trim()), "a finite number")]))
        }
        Err(_) => Err(Problem::malformed_body(format!("line {number} is not JSON"))),
    }
}

/// Everything that is wrong with a batch, or the batch.
fn checked(symbol: &str, values: Vec<f64>, sequence: Option<u64>) -> Result<Checked, Problem> {
    let mut errors: Vec<FieldError> = Vec::new();
    let name = Symbol::new(symbol).map_err(|error| errors.push(field_error("symbol", Some(symbol), rule(&error))));
    if values.len() > MOST_BATCH_VALUES {
        let count = values.len().to_string();
        errors.push(field_error("values", Some(&count), format!("at most {MOST_BATCH_VALUES} values a batch")));
    }
    if let Some(index) = values.iter().position(|value| !value.is_finite()) {
        let value = values[index].to_string();
        errors.push(field_error(&format!("values[{index}]"), Some(&value), "a finite number"));
    }
    match name {
        Ok(symbol) if errors.is_empty() => Ok(Checked { symbol, values, sequence }),
        _ => Err(Problem::invalid_fields(errors)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(problem: &Problem) -> Vec<&str> {
        problem.body().errors.iter().map(|error| error.field.as_str()).collect()
    }

    #[test]
    fn everything_wrong_with_a_batch_is_named() {
        let mut values = vec![1.0; MOST_BATCH_VALUES];
        assert_eq!(checked("A", values.clone(), Some(3)).unwrap().sequence, Some(3));
        values.push(f64::NAN);
        let problem = checked("a b", values, None).unwrap_err();
        assert_eq!((problem.status(), fields(&problem)), (422, vec!["symbol", "values", "values[10000]"]));
    }

    #[test]
    fn lines_are_numbers_with_or_without_a_last_end() {
        assert_eq!(lines(b"1\r\n-2.5e0\n\n 3 ").unwrap(), [1.0, -2.5, 3.0]);
        for (body, status) in [("1\nnull", 422), ("1\n\"2\"", 422), ("1\nNaN", 400), ("1 2", 400), (" \n", 400)] {
            assert_eq!(lines(body.as_bytes()).unwrap_err().status(), status, "{body}");
        }
    }

    #[test]
    fn packed_bodies_are_unpacked_within_the_bounds_of_plain_ones() {
        let pack = |bytes: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut encoder, bytes).unwrap();
            encoder.finish().unwrap()
        };
        let packed = pack(b"1\n2\n");
        assert_eq!(unpack(&packed).unwrap(), b"1\n2\n");
        assert_eq!(unpack(&packed[..packed.len() - 1]).unwrap_err().status(), 422);
        assert_eq!(unpack(&pack(&vec![b'1'; (1 << 20) + 1])).unwrap_err().status(), 413);
    }

    #[test]
    fn doubles_come_whole() {
        assert_eq!(doubles(&[1.5_f64.to_le_bytes(), 2.0_f64.to_le_bytes()].concat()).unwrap(), [1.5, 2.0]);
        for body in [&[0_u8; 7][..], &[]] {
            assert_eq!(doubles(body).unwrap_err().status(), 400);
        }
    }
    mod foreign_bytes {
        use domain::testing::{Edit, edited};
        use proptest::prelude::*;

        use super::*;

        /// Three numbers in each form, the second one packed.
        fn good(form: usize) -> Vec<u8> {
            match form {
                0 => [1.5_f64, -2.0, 1e300].into_iter().flat_map(f64::to_le_bytes).collect(),
                _ => b"1.5\r\n-2\n\n1e300\n".to_vec(),
            }
        }

        proptest! {
            #[test]
            fn a_damaged_batch_is_numbers_or_words(
                form in 0..2_usize,
                edits in proptest::collection::vec(any::<Edit>(), 0..5),
                symbol in "\\PC{0,12}",
            ) {
                let body = edited(&good(form), &edits);
                let read = if form == 0 { doubles(&body) } else { lines(&body) };
                match read.and_then(|values| checked(&symbol, values, None)) {
                    Ok(batch) => prop_assert!(batch.values.iter().all(|value| value.is_finite())),
                    Err(problem) => {
                        prop_assert!(matches!(problem.status(), 400 | 422) && problem.body().detail.len() < 1_000);
                    }
                }
            }

            #[test]
            fn a_damaged_packed_batch_is_bytes_or_words(edits in proptest::collection::vec(any::<Edit>(), 0..5)) {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                std::io::Write::write_all(&mut encoder, &good(1)).unwrap();
                match unpack(&edited(&encoder.finish().unwrap(), &edits)) {
                    Ok(body) => prop_assert!(body.len() as u64 <= MOST_BYTES),
                    Err(problem) => prop_assert!(matches!(problem.status(), 400 | 413 | 422), "{}", problem.status()),
                }
            }
        }
    }
}

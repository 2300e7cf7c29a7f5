//! Splits the bytes of a CSV file, pushed in chunks of any size, into records with their line numbers.
//!
//! Nearly every line of a price file holds no quote: such a line is split in place. A line with a quote goes through
//! `csv-core`, which may need the lines that follow it.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use super::error::FileError;

/// Longest record that is read, in bytes.
pub(super) const LONGEST_LINE: usize = 64 * 1024;
/// Most fields of a record.
const MOST_FIELDS: usize = 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One record: its fields are the pieces of `bytes` that `ends` and `gap` cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    bytes: &'a [u8],
    /// Where each field ends in `bytes`.
    ends: &'a [usize],
    /// Bytes between the end of a field and the start of the next: 1 where commas are still there.
    gap: usize,
}

impl<'a> Record<'a> {
    /// How many fields it has.
    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field's bytes as written, unquoted, not trimmed.
    pub(super) fn field(&self, place: usize) -> Option<&'a [u8]> {
        let end = *self.ends.get(place)?;
        let start = if place == 0 { 0 } else { self.ends[place - 1] + self.gap };
        self.bytes.get(start..end)
    }

    /// Whether all its bytes are UTF-8.
    pub(super) fn is_text(&self) -> bool {
        self.bytes.is_ascii() || std::str::from_utf8(self.bytes).is_ok()
    }
}

/// The state between two chunks.
pub(super) struct Records {
    /// The line that began in an earlier chunk.
    carry: Vec<u8>,
    /// The number of the next line.
    next_line: u64,
    ends: Vec<usize>,
    quoted: Quoted,
    started: bool,
}

/// A record with quotes, as far as it is known.
struct Quoted {
    core: Reader,
    /// The line on which the open record begins.
    open: Option<u64>,
    quotes: usize,
    out: Vec<u8>,
    out_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
}

impl Records {
    pub(super) fn new() -> Self {
        let core = ReaderBuilder::new().terminator(Terminator::Any(b'\n')).build();
        let quoted = Quoted { core, open: None, quotes: 0, out: Vec::new(), out_len: 0, ends: Vec::new(), ends_len: 0 };
        Self { carry: Vec::new(), next_line: 1, ends: Vec::with_capacity(32), quoted, started: false }
    }

    /// Takes the next bytes and hands on every record that they complete.
    pub(super) fn push(
        &mut self,
        mut chunk: &[u8],
        each: &mut impl FnMut(Record<'_>) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        while let Some(at) = chunk.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = chunk.split_at(at + 1);
            chunk = rest;
            if self.carry.is_empty() {
                self.line(line, each)?;
            } else {
                self.keep(line)?;
                self.carried_line(each)?;
            }
        }
        self.keep(chunk)
    }

    /// Takes the end of the file.
    pub(super) fn finish(
        &mut self,
        each: &mut impl FnMut(Record<'_>) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let was_open = self.quoted.open;
        if !self.carry.is_empty() {
            self.carried_line(each)?;
        }
        let Some(line) = self.quoted.open else { return Ok(()) };
        // A record of one line may lack only its line end; one that goes on at the end of the file lacks its quote.
        if was_open.is_some() || self.quoted.quotes % 2 == 1 {
            return Err(FileError::UnclosedQuote(line));
        }
        self.quoted.feed(&[], line, each)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        if self.carry.len() + bytes.len() > LONGEST_LINE {
            return Err(FileError::LineTooLong { line: self.next_line, limit: LONGEST_LINE });
        }
        self.carry.extend_from_slice(bytes);
        Ok(())
    }

    fn carried_line(&mut self, each: &mut impl FnMut(Record<'_>) -> Result<(), FileError>) -> Result<(), FileError> {
        let mut line = std::mem::take(&mut self.carry);
        let done = self.line(&line, each);
        line.clear();
        self.carry = line;
        done
    }

    /// Takes one whole line, with its end where it has one.
    fn line(
        &mut self,
        mut line: &[u8],
        each: &mut impl FnMut(Record<'_>) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let number = self.next_line;
        self.next_line += 1;
        if !self.started {
            self.started = true;
            line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        }
        if line.len() > LONGEST_LINE {
            return Err(FileError::LineTooLong { line: number, limit: LONGEST_LINE });
        }
        if self.quoted.open.is_none() {
            let bare = line.strip_suffix(b"\n").unwrap_or(line);
            let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
            if split(bare, &mut self.ends) {
                let blank = self.ends.len() == 1 && bare.trim_ascii().is_empty();
                let record = Record { line: number, bytes: bare, ends: &self.ends, gap: 1 };
                return if blank { Ok(()) } else { each(record) };
            }
        }
        self.quoted.feed(line, number, each)
    }
}

/// Writes where each field of a line ends; false when the line holds a quote, so that commas alone do not tell.
fn split(line: &[u8], ends: &mut Vec<usize>) -> bool {
    ends.clear();
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b',' => ends.push(at),
            b'"' => return false,
            _ => {}
        }
    }
    ends.push(line.len());
    true
}

impl Quoted {
    /// Takes a line, or nothing for the end of the file, and hands on the record if that completes it.
    fn feed(
        &mut self,
        input: &[u8],
        line: u64,
        each: &mut impl FnMut(Record<'_>) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let begins = *self.open.get_or_insert(line);
        self.out.resize(LONGEST_LINE, 0);
        self.ends.resize(MOST_FIELDS, 0);
        self.quotes += input.iter().filter(|byte| **byte == b'"').count();
        let (result, _, written, fields) =
            self.core.read_record(input, &mut self.out[self.out_len..], &mut self.ends[self.ends_len..]);
        self.out_len += written;
        self.ends_len += fields;
        match result {
            ReadRecordResult::InputEmpty => Ok(()),
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                Err(FileError::LineTooLong { line: begins, limit: LONGEST_LINE })
            }
            ReadRecordResult::End => {
                self.close();
                Ok(())
            }
            // The only line end of the input is its last byte, so nothing of it is left.
            ReadRecordResult::Record => {
                let (bytes, ends) = (&self.out[..self.out_len], &mut self.ends[..self.ends_len]);
                strip_carriage_return(bytes, ends);
                let done = each(Record { line: begins, bytes, ends, gap: 0 });
                self.close();
                done
            }
        }
    }

    fn close(&mut self) {
        self.core.reset();
        (self.open, self.quotes, self.out_len, self.ends_len) = (None, 0, 0, 0);
    }
}

/// The line's own end belongs to no field.
fn strip_carriage_return(bytes: &[u8], ends: &mut [usize]) {
    let before = if ends.len() > 1 { ends[ends.len() - 2] } else { 0 };
    if let Some(last) = ends.last_mut()
        && *last > before
        && bytes.get(*last - 1) == Some(&b'\r')
    {
        *last -= 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Rows = Vec<(u64, Vec<String>)>;

    fn read(chunks: &[&[u8]]) -> Result<Rows, FileError> {
        let mut rows = Rows::new();
        let mut each = |record: Record<'_>| {
            let field = |place| String::from_utf8_lossy(record.field(place).unwrap()).into_owned();
            rows.push((record.line, (0..record.len()).map(field).collect()));
            Ok(())
        };
        let mut records = Records::new();
        for chunk in chunks {
            records.push(chunk, &mut each)?;
        }
        records.finish(&mut each)?;
        Ok(rows)
    }

    fn rows(expected: &[(u64, &[&str])]) -> Rows {
        expected.iter().map(|(line, fields)| (*line, fields.iter().map(ToString::to_string).collect())).collect()
    }

    #[test]
    fn a_mark_blank_lines_and_line_ends_are_no_data() {
        let file = b"\xef\xbb\xbfa,b\r\n\r\n1,\n   \n,2";
        assert_eq!(read(&[file]), Ok(rows(&[(1, &["a", "b"]), (3, &["1", ""]), (5, &["", "2"])])));
        assert_eq!(read(&[]), Ok(Rows::new()));
        assert_eq!(read(&[b"\n\n"]), Ok(Rows::new()));
    }

    #[test]
    fn a_quoted_field_keeps_commas_quotes_and_line_ends() {
        let file = b"a,b\r\n\"x,\"\"y\"\"\",\"1\r\n2\"\r\nz,\"w\"\r\nq,r\n";
        let expected: &[(u64, &[&str])] =
            &[(1, &["a", "b"]), (2, &["x,\"y\"", "1\r\n2"]), (4, &["z", "w"]), (5, &["q", "r"])];
        assert_eq!(read(&[file]), Ok(rows(expected)));
        assert_eq!(read(&[b"a\n\"x\""]), Ok(rows(&[(1, &["a"]), (2, &["x"])])));
    }

    #[test]
    fn a_file_cut_inside_a_quote_and_an_endless_line_are_refused() {
        assert_eq!(read(&[b"a\n\"x,y\n1,2\n"]), Err(FileError::UnclosedQuote(2)));
        assert_eq!(read(&[b"a\n\"x"]), Err(FileError::UnclosedQuote(2)));
        let long = vec![b'x'; LONGEST_LINE + 1];
        let too_long = |line| Err(FileError::LineTooLong { line, limit: LONGEST_LINE });
        assert_eq!(read(&[b"a\n", &long]), too_long(2));
        let mut quoted = vec![b'\n'; LONGEST_LINE + 2];
        quoted[0] = b'"';
        assert_eq!(read(&[b"a\n", &quoted]), too_long(2));
        let mut many = vec![b','; LONGEST_LINE - 10];
        many.extend(b"\"\"\n");
        assert_eq!(read(&[&many]), too_long(1));
    }

    proptest! {
        #[test]
        fn chunk_borders_change_nothing(
            file in "[ab,\"\r\n]{0,60}",
            cuts in proptest::collection::vec(0_usize..60, 0..6),
        ) {
            let bytes = file.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < bytes.len()).collect();
            cuts.sort_unstable();
            let mut chunks = Vec::new();
            let mut start = 0;
            for cut in cuts {
                chunks.push(&bytes[start..cut]);
                start = cut;
            }
            chunks.push(&bytes[start..]);
            prop_assert_eq!(read(&chunks), read(&[bytes]));
        }

        #[test]
        fn what_is_written_with_quotes_reads_back(
            table in proptest::collection::vec(proptest::collection::vec("[a-z ,\"\n]{1,8}", 2), 1..6),
        ) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let lines: Vec<String> =
                table.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n").collect();
            let read = read(&[lines.concat().as_bytes()]).unwrap();
            prop_assert_eq!(read.into_iter().map(|(_, fields)| fields).collect::<Vec<_>>(), table);
        }
    }
}

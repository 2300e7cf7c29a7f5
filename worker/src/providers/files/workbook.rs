//! The first sheet of an `.xlsx` file: as much of the format as a table of a few columns needs. No formula is computed; a cell
//! shows what its program stored.

use std::io::Read;
use std::rc::Rc;

use flate2::read::DeflateDecoder;

use super::workbook_xml::{Piece, pieces};

/// Bytes of one part, unpacked.
const LONGEST_PART: u64 = 24 << 20;
/// Columns that are read; further ones are nobody's.
const MOST_COLUMNS: usize = 64;
/// Bytes of a text; a longer one is cut. Any number of cells may refer to one text, so that a small file could hold far more of it
/// than there is memory.
const LONGEST_TEXT: usize = 256;
/// The Excel day of 1970-01-01 by the dates of Windows, and how many days those of old Macintoshes are behind.
const EXCEL_EPOCH: f64 = 25_569.0;
const MACINTOSH_DAYS: f64 = 1_462.0;

/// Why a file is not a workbook whose first sheet can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WorkbookError {
    /// Not a zip archive, or cut off.
    #[error("expected an .xlsx workbook, this is no zip archive or a damaged one")]
    NoArchive,
    /// A part is packed in a way that no workbook program uses, or is damaged.
    #[error("expected parts packed by deflate, {0} is not or is damaged")]
    Unreadable(String),
    /// A part is too long.
    #[error("expected parts of at most 24 MB, {0} is longer")]
    TooLong(String),
    /// A part is missing.
    #[error("expected an .xlsx workbook, this has no {0}")]
    Missing(String),
}

/// A value as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Nothing.
    Empty,
    /// A text, or a truth or an error as the text that stands for it.
    Text(Rc<str>),
    /// A number, also that of a date.
    Number(f64),
}

/// The rows of the first sheet with their numbers, from 1.
#[derive(Debug)]
pub(crate) struct FirstSheet {
    /// Number and cells of each row that has any.
    pub(crate) rows: Vec<(usize, Vec<Cell>)>,
    macintosh_dates: bool,
}

impl FirstSheet {
    /// Days since 1970-01-01 of a number that is a date; `None` for one that no calendar of ours reaches.
    pub(crate) fn day_number(&self, number: f64) -> Option<i32> {
        let day = number.floor() - EXCEL_EPOCH + if self.macintosh_dates { MACINTOSH_DAYS } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, reason = "checked to be small")]
        (day.abs() < 100_000.0).then_some(day as i32)
    }
}

/// Reads the first sheet up to so many rows that hold anything.
///
/// # Errors
/// See [`WorkbookError`].
pub(crate) fn read_first_sheet(file: &[u8], most_rows: usize) -> Result<FirstSheet, WorkbookError> {
    let archive = Archive::of(file)?;
    let workbook = archive.text("xl/workbook.xml")?;
    let mut macintosh_dates = false;
    let mut relation = None;
    for piece in pieces(&workbook) {
        match piece {
            Piece::Open { name: "workbookPr", attributes, .. } => {
                macintosh_dates = attributes.get("date1904").is_some_and(|truth| truth == "1" || truth == "true");
            }
            Piece::Open { name: "sheet", attributes, .. } if relation.is_none() => relation = attributes.get("id"),
            _ => {}
        }
    }
    let relation = relation.ok_or_else(|| WorkbookError::Missing("sheet".into()))?;
    let relations = archive.text("xl/_rels/workbook.xml.rels")?;
    let target = pieces(&relations).find_map(|piece| match piece {
        Piece::Open { name: "Relationship", attributes, .. } if attributes.get("Id") == Some(relation.clone()) => {
            attributes.get("Target")
        }
        _ => None,
    });
    let target = target.ok_or_else(|| WorkbookError::Missing("first sheet".into()))?;
    let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
    let shared = match archive.text("xl/sharedStrings.xml") {
        Ok(text) => shared_texts(&text),
        Err(WorkbookError::Missing(_)) => Vec::new(),
        Err(error) => return Err(error),
    };
    Ok(FirstSheet { rows: rows(&archive.text(&path)?, &shared, most_rows), macintosh_dates })
}

/// The texts that cells refer to by number. What is said of their pronunciation is no part of them.
fn shared_texts(xml: &str) -> Vec<Rc<str>> {
    let mut texts: Vec<Rc<str>> = Vec::new();
    let mut whole = String::new();
    let (mut is_text, mut is_phonetic) = (false, false);
    for piece in pieces(xml) {
        match piece {
            Piece::Open { name: "si", is_empty, .. } => {
                whole.clear();
                if is_empty {
                    texts.push(cut(&whole));
                }
            }
            Piece::Close("si") => texts.push(cut(&whole)),
            Piece::Open { name: "t", is_empty, .. } => is_text = !is_empty,
            Piece::Open { name: "rPh", is_empty, .. } => is_phonetic = !is_empty,
            Piece::Close("t") => is_text = false,
            Piece::Close("rPh") => is_phonetic = false,
            Piece::Text(text) if is_text && !is_phonetic => whole.push_str(&text),
            _ => {}
        }
    }
    texts
}

fn cut(text: &str) -> Rc<str> {
    text.get(..text.floor_char_boundary(LONGEST_TEXT)).unwrap_or_default().into()
}

fn rows(xml: &str, shared: &[Rc<str>], most: usize) -> Vec<(usize, Vec<Cell>)> {
    let mut rows: Vec<(usize, Vec<Cell>)> = Vec::new();
    let mut number = 0_usize;
    let mut kind = String::new();
    let (mut column, mut is_value, mut value) = (0_usize, false, String::new());
    for piece in pieces(xml) {
        match piece {
            Piece::Open { name: "row", attributes, .. } => {
                number = attributes.get("r").and_then(|number| number.parse().ok()).unwrap_or(number.saturating_add(1));
                rows.pop_if(|(_, cells)| !holds_anything(cells));
                if rows.len() == most {
                    return rows;
                }
                rows.push((number, Vec::new()));
            }
            Piece::Open { name: "c", attributes, is_empty } => {
                let next = rows.last().map_or(0, |(_, cells)| cells.len());
                column = attributes.get("r").and_then(|place| column_of(&place)).unwrap_or(next);
                kind = attributes.get("t").unwrap_or_default();
                value.clear();
                if is_empty {
                    put(&mut rows, column, Cell::Empty);
                }
            }
            Piece::Open { name: "v" | "t", is_empty, .. } => is_value = !is_empty,
            Piece::Close("v" | "t") => is_value = false,
            Piece::Text(text) if is_value => value.push_str(&text),
            Piece::Close("c") => {
                let cell = match kind.as_str() {
                    "s" => {
                        let text = value.trim().parse::<usize>().ok().and_then(|at| shared.get(at));
                        text.map_or(Cell::Empty, |text| Cell::Text(Rc::clone(text)))
                    }
                    "" | "n" if value.trim().is_empty() => Cell::Empty,
                    "" | "n" => match value.trim().parse::<f64>() {
                        Ok(number) if number.is_finite() => Cell::Number(number),
                        // Its reader says what is wrong with it; nothing would be taken for a cell that is not filled in.
                        _ => Cell::Text(cut(&value)),
                    },
                    _ => Cell::Text(cut(&value)),
                };
                put(&mut rows, column, cell);
            }
            _ => {}
        }
    }
    rows.pop_if(|(_, cells)| !holds_anything(cells));
    rows
}

fn holds_anything(cells: &[Cell]) -> bool {
    cells.iter().any(|cell| *cell != Cell::Empty)
}

fn put(rows: &mut [(usize, Vec<Cell>)], column: usize, cell: Cell) {
    if let Some((_, cells)) = rows.last_mut().filter(|_| column < MOST_COLUMNS) {
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = cell;
    }
}

/// The column of a place such as `AB12`, from 0.
fn column_of(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase);
    let column = letters.take(4).fold(0, |column, letter| column * 26 + usize::from(letter - b'A') + 1);
    column.checked_sub(1)
}

/// A zip archive, by its directory.
struct Archive<'a> {
    file: &'a [u8],
    /// Name, method, packed length and place of each part.
    parts: Vec<(String, u16, usize, usize)>,
}

impl<'a> Archive<'a> {
    fn of(file: &'a [u8]) -> Result<Self, WorkbookError> {
        let tail = file.len().saturating_sub(66_000);
        let end = file[tail..].windows(4).rposition(|bytes| bytes == b"PK\x05\x06").map(|at| tail + at);
        let end = end.ok_or(WorkbookError::NoArchive)?;
        let count = number(file, end + 10, 2)?;
        let mut at = number(file, end + 16, 4)?;
        let mut parts = Vec::new();
        for _ in 0..count {
            if file.get(at..at.saturating_add(4)) != Some(b"PK\x01\x02") {
                return Err(WorkbookError::NoArchive);
            }
            let method = u16::try_from(number(file, at + 10, 2)?).map_err(|_| WorkbookError::NoArchive)?;
            let (packed, place) = (number(file, at + 20, 4)?, number(file, at + 42, 4)?);
            let lengths = [number(file, at + 28, 2)?, number(file, at + 30, 2)?, number(file, at + 32, 2)?];
            let name = file.get(at + 46..at + 46 + lengths[0]).ok_or(WorkbookError::NoArchive)?;
            parts.push((String::from_utf8_lossy(name).into_owned(), method, packed, place));
            at += 46 + lengths.iter().sum::<usize>();
        }
        Ok(Self { file, parts })
    }

    /// A part as text.
    fn text(&self, name: &str) -> Result<String, WorkbookError> {
        let part = self.parts.iter().find(|(other, ..)| other.eq_ignore_ascii_case(name));
        let (_, method, packed, place) = part.ok_or_else(|| WorkbookError::Missing(name.to_owned()))?;
        let start = place + 30 + number(self.file, place + 26, 2)? + number(self.file, place + 28, 2)?;
        let bytes = self.file.get(start..start.saturating_add(*packed)).ok_or(WorkbookError::NoArchive)?;
        let unreadable = || WorkbookError::Unreadable(name.to_owned());
        let mut text = Vec::new();
        match method {
            0 => text.extend_from_slice(bytes),
            // One byte more than allowed tells that there is more.
            8 => {
                let read = DeflateDecoder::new(bytes).take(LONGEST_PART + 1).read_to_end(&mut text);
                read.map_err(|_| unreadable())?;
            }
            _ => return Err(unreadable()),
        }
        if text.len() as u64 > LONGEST_PART {
            return Err(WorkbookError::TooLong(name.to_owned()));
        }
        String::from_utf8(text).map_err(|_| unreadable())
    }
}

/// A little-endian number of so many bytes.
fn number(file: &[u8], at: usize, bytes: usize) -> Result<usize, WorkbookError> {
    let bytes = file.get(at..at.saturating_add(bytes)).ok_or(WorkbookError::NoArchive)?;
    Ok(bytes.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_letters() {
        assert_eq!(["A1", "Z9", "AA1", "BC77", "1"].map(column_of), [Some(0), Some(25), Some(26), Some(54), None]);
    }

    #[test]
    fn cells_of_every_kind_are_read_where_they_stand() {
        let shared = shared_texts(
            "<sst><si><t>date</t></si><si><r><t>tick</t></r><r><t xml:space=\"preserve\">er &amp; co</t></r>\
             <rPh sb=\"0\"><t>x</t></rPh></si></sst>",
        );
        assert_eq!(shared, ["date".into(), "ticker & co".into()]);
        let xml = "<x:worksheet><x:sheetData><x:row r=\"2\"><x:c r=\"A2\" t=\"s\"><x:v>1</x:v></x:c><x:c r=\"C2\"><x:f>1/2</x:f>\
            <x:v>0.5</x:v></x:c></x:row><x:row><x:c t=\"inlineStr\"><x:is><x:t>&lt;A&#66;</x:t></x:is></x:c><x:c/>\
            <x:c t=\"b\"><x:v>1</x:v></x:c></x:row><x:row r=\"9\"/></x:sheetData></x:worksheet>";
        let text = |text: &str| Cell::Text(text.into());
        let odd = "<row><c><v>NaN</v></c><c><v>1e999</v></c><c t=\"n\"><v> </v></c><c><v>-1e-3</v></c></row>";
        let odd = rows(odd, &shared, 10).remove(0).1;
        assert_eq!(odd, [text("NaN"), text("1e999"), Cell::Empty, Cell::Number(-0.001)]);
        assert_eq!(
            rows(xml, &shared, 10),
            [
                (2, vec![text("ticker & co"), Cell::Empty, Cell::Number(0.5)]),
                (3, vec![text("<AB"), Cell::Empty, text("1")]),
            ]
        );
    }

    #[test]
    fn dates_are_days_by_either_epoch() {
        let sheet = |macintosh_dates| FirstSheet { rows: Vec::new(), macintosh_dates };
        // 45292 is 2024-01-01, 19723 days after 1970-01-01.
        assert_eq!(sheet(false).day_number(45_292.75), Some(19_723));
        assert_eq!(sheet(true).day_number(45_292.0 - 1_462.0), Some(19_723));
        assert_eq!(sheet(false).day_number(1e12), None);
    }

    #[test]
    fn what_is_no_workbook_is_told_so() {
        assert!(matches!(read_first_sheet(b"date,ticker\n", 10), Err(WorkbookError::NoArchive)));
        assert!(matches!(read_first_sheet(b"PK\x05\x06", 10), Err(WorkbookError::NoArchive)));
        let empty = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
        assert!(matches!(read_first_sheet(&empty, 10), Err(WorkbookError::Missing(_))));
    }

    /// A workbook of these parts and the two that lead to its sheet, packed.
    pub(in crate::providers::files) fn written(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let to_sheet: [(&str, &[u8]); 2] = [
            ("xl/workbook.xml", b"<workbook><sheets><sheet r:id=\"a\"/></sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", b"<r><Relationship Id=\"a\" Target=\"sheet.xml\"/></r>"),
        ];
        let (mut file, mut directory) = (Vec::new(), Vec::new());
        let number = |number: usize, bytes: usize| number.to_le_bytes()[..bytes].to_vec();
        for (name, content) in to_sheet.iter().chain(parts) {
            let mut packed = Vec::new();
            flate2::read::DeflateEncoder::new(*content, flate2::Compression::best()).read_to_end(&mut packed).unwrap();
            directory.extend([b"PK\x01\x02".to_vec(), vec![0; 6], number(8, 2), vec![0; 8]].concat());
            directory.extend([number(packed.len(), 4), number(content.len(), 4), number(name.len(), 2)].concat());
            directory.extend([vec![0; 12], number(file.len(), 4), name.as_bytes().to_vec()].concat());
            file.extend([b"PK\x03\x04".to_vec(), vec![0; 22], number(name.len(), 2), vec![0; 2]].concat());
            file.extend([name.as_bytes(), &packed].concat());
        }
        let (place, count) = (file.len(), to_sheet.len() + parts.len());
        let length = directory.len();
        file.extend(directory);
        file.extend(
            [b"PK\x05\x06".to_vec(), vec![0; 6], number(count, 2), number(length, 4), number(place, 4)].concat(),
        );
        file.extend([0, 0]);
        file
    }

    #[test]
    fn a_part_that_unpacks_without_end_is_refused() {
        let good = written(&[("xl/sheet.xml", b"<row><c><v>7</v></c></row>")]);
        assert_eq!(read_first_sheet(&good, 10).unwrap().rows, [(1, vec![Cell::Number(7.0)])]);
        let endless = vec![b' '; usize::try_from(LONGEST_PART).unwrap() + 1];
        for name in ["xl/sheet.xml", "xl/sharedStrings.xml"] {
            let bomb = written(&[(name, &endless), ("xl/sheet.xml", b"")]);
            assert!(bomb.len() < endless.len() / 500, "{} bytes are no bomb", bomb.len());
            assert!(matches!(read_first_sheet(&bomb, 10), Err(WorkbookError::TooLong(part)) if part == name));
        }
    }

    #[test]
    fn a_file_cannot_hold_more_than_its_rows_and_short_texts() {
        // 20 000 rows that each refer twice to one text of a megabyte, from the first and from the last column.
        let text = format!("<sst><si><t>{}</t></si></sst>", "é".repeat(500_000));
        let row = "<row><c t=\"s\"><v>0</v></c><c r=\"BL1\" t=\"s\"><v>0</v></c></row><row/><row><c/></row>";
        let file =
            written(&[("xl/sharedStrings.xml", text.as_bytes()), ("xl/sheet.xml", row.repeat(20_000).as_bytes())]);
        let sheet = read_first_sheet(&file, 1_000).unwrap();
        assert_eq!((sheet.rows.len(), sheet.rows[999].0), (1_000, 2_998));
        assert_eq!(sheet.rows[0].1.len(), MOST_COLUMNS);
        assert_eq!(sheet.rows[0].1[0], Cell::Text("é".repeat(128).into()));
    }
}

//! CSV files as the tests read them, by code that shares nothing with the product's reader.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

/// A file in memory.
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// One of its lines.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    header: &'a [String],
    fields: &'a [String],
}

impl Table {
    /// Reads a file, packed or not.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let file = File::open(path).unwrap();
        let mut text = String::new();
        if path.extension().is_some_and(|extension| extension == "gz") {
            GzDecoder::new(file).read_to_string(&mut text).unwrap();
        } else {
            { file }.read_to_string(&mut text).unwrap();
        }
        Self::parse(&text)
    }

    /// Takes a text apart. A field in quotes may hold commas and doubled quotes, but no line end.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut lines = text.lines().map(fields_of);
        let header = lines.next().unwrap();
        Self { header, rows: lines.collect() }
    }

    /// Its lines, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.rows.iter().map(|fields| Row { header: &self.header, fields })
    }
}

impl<'a> Row<'a> {
    /// A field.
    ///
    /// # Panics
    /// Where the file has no such column.
    #[must_use]
    pub fn text(&self, column: &str) -> &'a str {
        let at = self.header.iter().position(|name| name == column);
        &self.fields[at.unwrap_or_else(|| panic!("no column {column} in {:?}", self.header))]
    }

    /// A number; `None` for an empty field.
    ///
    /// # Panics
    /// Where the field is neither.
    #[must_use]
    pub fn number(&self, column: &str) -> Option<f64> {
        let text = self.text(column);
        (!text.is_empty()).then(|| text.parse().unwrap_or_else(|_| panic!("{column}: {text}")))
    }
}

fn fields_of(line: &str) -> Vec<String> {
    if !line.contains('"') {
        return line.split(',').map(str::to_owned).collect();
    }
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_in_quotes_keep_commas_and_quotes() {
        let table = Table::parse("a,b,c\n\"x, \"\"y\"\"\",,2.5\n");
        let row = table.rows().next().unwrap();
        assert_eq!((row.text("a"), row.number("b"), row.number("c")), ("x, \"y\"", None, Some(2.5)));
    }
}

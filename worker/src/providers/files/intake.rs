//! A file as it arrives: finds out what it is, unpacks it, and reads it or sets it aside.

use super::error::FileError;
use super::gzip::{GZIP_MAGIC, GzipDecoder, LONGEST_FILE};
use super::parquet::PARQUET_MAGIC;
use super::pieces::Piece;
use super::reader::{CsvReader, FileSummary};
use super::rows::FileRules;

/// What a ZIP archive begins with, an Excel workbook among them.
const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
/// Bytes that tell every format apart.
const TELLING: usize = 4;

/// What the sender says of the file. Whatever is not said is found by the first bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Declared {
    /// It is packed with gzip.
    pub(crate) gzip: bool,
    /// It is Parquet.
    pub(crate) parquet: bool,
}

/// A file being received.
pub(crate) struct Intake {
    packing: Packing,
    body: Body,
    unpacked: u64,
}

enum Packing {
    Unknown(Vec<u8>),
    None,
    Gzip(Box<GzipDecoder>),
}

struct Body {
    rules: FileRules,
    declared: Declared,
    pieces: Vec<Piece>,
    format: Format,
}

enum Format {
    Unknown(Vec<u8>),
    Csv(Box<CsvReader>),
    Parquet(Vec<u8>),
}

/// A file that has been received.
pub(crate) enum Received {
    /// The last pieces of a CSV file.
    Csv(Vec<Piece>, FileSummary),
    /// What of a Parquet file has not been taken with [`Intake::take_set_aside`].
    Parquet(Vec<u8>),
}

impl Intake {
    /// Nothing received yet.
    pub(crate) fn new(rules: FileRules, declared: Declared) -> Self {
        let packing =
            if declared.gzip { Packing::Gzip(Box::new(GzipDecoder::new())) } else { Packing::Unknown(Vec::new()) };
        let body = Body { rules, declared, pieces: Vec::new(), format: Format::Unknown(Vec::new()) };
        Self { packing, body, unpacked: 0 }
    }

    /// Takes the next bytes as sent and gives the pieces that they fill. A few ten kilobytes at a time keep memory small.
    ///
    /// # Errors
    /// A fault of the file as a whole.
    pub(crate) fn push(&mut self, sent: &[u8]) -> Result<Vec<Piece>, FileError> {
        if let Packing::Unknown(head) = &mut self.packing {
            head.extend_from_slice(sent);
            if head.len() < TELLING {
                return Ok(Vec::new());
            }
            let head = std::mem::take(head);
            self.packing = packing_of(&head)?;
            return self.push(&head);
        }
        let Self { packing, body, unpacked } = self;
        let mut take = |bytes: &[u8]| {
            *unpacked += bytes.len() as u64;
            if *unpacked > LONGEST_FILE {
                return Err(FileError::TooLarge { limit: LONGEST_FILE, unit: "bytes" });
            }
            body.take(bytes)
        };
        match packing {
            Packing::Gzip(decoder) => decoder.push(sent, &mut take)?,
            Packing::None | Packing::Unknown(_) => take(sent)?,
        }
        Ok(std::mem::take(&mut self.body.pieces))
    }

    /// What is held of a Parquet file once it is at least `enough` bytes; it is read only when it is whole.
    pub(crate) fn take_set_aside(&mut self, enough: usize) -> Option<Vec<u8>> {
        match &mut self.body.format {
            Format::Parquet(held) if held.len() >= enough => Some(std::mem::take(held)),
            _ => None,
        }
    }

    /// Takes the end of the file.
    ///
    /// # Errors
    /// A fault of the file as a whole.
    pub(crate) fn finish(mut self) -> Result<Received, FileError> {
        let body = &mut self.body;
        match self.packing {
            Packing::Unknown(head) => body.take(&head)?,
            Packing::None => {}
            Packing::Gzip(mut decoder) => decoder.finish(&mut |bytes| body.take(bytes))?,
        }
        self.body.finish()
    }
}

fn packing_of(head: &[u8]) -> Result<Packing, FileError> {
    if head.starts_with(ZIP_MAGIC) {
        return Err(FileError::Archive);
    }
    let gzip = head.starts_with(GZIP_MAGIC);
    Ok(if gzip { Packing::Gzip(Box::new(GzipDecoder::new())) } else { Packing::None })
}

impl Body {
    fn take(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        match &mut self.format {
            Format::Unknown(head) => {
                head.extend_from_slice(bytes);
                if head.len() >= TELLING {
                    let head = std::mem::take(head);
                    self.begin(&head)?;
                }
            }
            Format::Csv(reader) => self.pieces.extend(reader.push(bytes)?),
            Format::Parquet(held) => held.extend_from_slice(bytes),
        }
        Ok(())
    }

    fn begin(&mut self, head: &[u8]) -> Result<(), FileError> {
        if head.starts_with(PARQUET_MAGIC) {
            self.format = Format::Parquet(head.to_vec());
            return Ok(());
        }
        if self.declared.parquet {
            return Err(FileError::DamagedParquet("it does not begin like one".to_owned()));
        }
        if head.starts_with(ZIP_MAGIC) {
            return Err(FileError::Archive);
        }
        let mut reader = CsvReader::new(self.rules);
        self.pieces.extend(reader.push(head)?);
        self.format = Format::Csv(Box::new(reader));
        Ok(())
    }

    fn finish(mut self) -> Result<Received, FileError> {
        if let Format::Unknown(head) = &mut self.format {
            let head = std::mem::take(head);
            self.begin(&head)?;
        }
        match self.format {
            Format::Parquet(held) => Ok(Received::Parquet(held)),
            Format::Unknown(_) => Err(FileError::Empty),
            Format::Csv(reader) => {
                let (last, summary) = reader.finish()?;
                self.pieces.extend(last);
                Ok(Received::Csv(self.pieces, summary))
            }
        }
    }
}

//! Numbers out of texts and files that come in pieces.

/// How the bytes of a file hold numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Texts of numbers with commas, semicolons, blanks, brackets or line ends between them.
    Text,
    /// Doubles of eight bytes, little-endian.
    Doubles,
}

impl Layout {
    /// The layout that a file's name speaks of.
    pub(super) fn of(file: &str) -> Self {
        let ending = file.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        if matches!(ending.as_str(), "f64" | "bin") { Self::Doubles } else { Self::Text }
    }
}

/// Reads numbers from pieces, wherever they are cut.
#[derive(Debug)]
pub(super) struct Numbers {
    layout: Layout,
    /// The beginning of a number whose end is in the next piece.
    begun: Vec<u8>,
    /// Lines ended so far.
    lines: u64,
    /// Numbers read so far.
    read: u64,
}

/// No number is longer.
const LONGEST: usize = 400;

impl Numbers {
    pub(super) fn new(layout: Layout) -> Self {
        Self { layout, begun: Vec::new(), lines: 0, read: 0 }
    }

    /// The numbers that end in a piece.
    pub(super) fn feed(&mut self, piece: &[u8]) -> Result<Vec<f64>, String> {
        match self.layout {
            Layout::Doubles => self.doubles(piece),
            Layout::Text => self.texts(piece),
        }
    }

    /// The number that ends with the file.
    pub(super) fn finish(mut self) -> Result<Vec<f64>, String> {
        match self.layout {
            Layout::Doubles if self.begun.is_empty() => Ok(Vec::new()),
            Layout::Doubles => Err("the file ends in the middle of a number of eight bytes".to_owned()),
            Layout::Text => self.texts(b"\n"),
        }
    }

    fn doubles(&mut self, piece: &[u8]) -> Result<Vec<f64>, String> {
        self.begun.extend_from_slice(piece);
        let (chunks, rest) = self.begun.as_chunks::<8>();
        let values: Vec<f64> = chunks.iter().map(|chunk| f64::from_le_bytes(*chunk)).collect();
        let rest = rest.to_vec();
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(format!("number {} is not finite", self.read + at as u64 + 1));
        }
        self.read += values.len() as u64;
        self.begun = rest;
        Ok(values)
    }

    fn texts(&mut self, piece: &[u8]) -> Result<Vec<f64>, String> {
        let mut values = Vec::new();
        for byte in piece {
            if !matches!(byte, b',' | b';' | b'[' | b']') && !byte.is_ascii_whitespace() {
                if self.begun.len() >= LONGEST {
                    return Err(format!("line {}: a number is too long", self.lines + 1));
                }
                self.begun.push(*byte);
                continue;
            }
            if !self.begun.is_empty() {
                let text = String::from_utf8_lossy(&self.begun).into_owned();
                match text.trim_matches('"').parse::<f64>() {
                    Ok(value) if value.is_finite() => values.push(value),
                    // The words of a heading come before every number.
                    _ if self.lines == 0 && self.read == 0 && values.is_empty() => {}
                    _ => {
                        return Err(format!(
                            "line {}: expected a finite number, was \u{201c}{text}\u{201d}",
                            self.lines + 1
                        ));
                    }
                }
                self.begun.clear();
            }
            if *byte == b'\n' {
                self.lines += 1;
            }
        }
        self.read += values.len() as u64;
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything of a file that comes in pieces of `size` bytes.
    fn read(layout: Layout, bytes: &[u8], size: usize) -> Result<Vec<f64>, String> {
        let mut numbers = Numbers::new(layout);
        let mut all = Vec::new();
        for piece in bytes.chunks(size) {
            all.extend(numbers.feed(piece)?);
        }
        all.extend(numbers.finish()?);
        Ok(all)
    }

    #[test]
    fn a_text_is_read_wherever_it_is_cut() {
        let text = b"price\n1.5,-2e3; 3\r\n[4, 5]\n\"6\"";
        for size in 1..text.len() {
            assert_eq!(read(Layout::Text, text, size).unwrap(), [1.5, -2e3, 3.0, 4.0, 5.0, 6.0], "{size}");
        }
        assert_eq!(read(Layout::Text, b"", 1).unwrap(), [0.0; 0]);
    }

    #[test]
    fn what_is_no_number_is_named_with_its_line() {
        let message = read(Layout::Text, b"1\n2\nabc\n", 3).unwrap_err();
        assert_eq!(message, "line 3: expected a finite number, was \u{201c}abc\u{201d}");
        assert!(read(Layout::Text, b"1 NaN", 9).is_err());
        assert!(read(Layout::Text, b"1 inf", 9).is_err());
        assert!(read(Layout::Text, &[b'1'; 500], 9).unwrap_err().contains("too long"));
    }

    #[test]
    fn doubles_are_read_wherever_they_are_cut() {
        let values = [1.0, -0.0, f64::MIN_POSITIVE, 65_000.000_1];
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        for size in 1..bytes.len() {
            let back = read(Layout::Doubles, &bytes, size).unwrap();
            assert_eq!(back.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), values.map(f64::to_bits));
        }
        assert!(read(Layout::Doubles, &bytes[..9], 4).unwrap_err().contains("middle of a number"));
        assert_eq!(read(Layout::Doubles, &f64::NAN.to_le_bytes(), 8).unwrap_err(), "number 1 is not finite");
    }

    #[test]
    fn a_files_name_tells_its_layout() {
        assert_eq!(Layout::of("trades.F64"), Layout::Doubles);
        assert_eq!(Layout::of("trades.csv"), Layout::Text);
        assert_eq!(Layout::of("trades"), Layout::Text);
    }
}

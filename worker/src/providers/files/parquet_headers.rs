//! What the pages of a column chunk say of themselves, read before anything is unpacked.
//!
//! The crate sets aside as much memory for a page as its header asks for, up to two gigabytes, and shows that header to nobody. So the
//! headers are walked here first: structures of Thrift's compact protocol, of which three numbers matter and the rest is stepped over.

/// How deep structures may lie in each other; a page's header takes four.
const DEEPEST: u8 = 8;

/// The number of a field.
const UNPACKED_SIZE: i64 = 2;
const PACKED_SIZE: i64 = 3;

/// How many bytes the largest page of a chunk unpacks to; `None` where these bytes are no pages.
pub(super) fn largest_page(chunk: &[u8]) -> Option<u64> {
    let mut rest = Cursor(chunk);
    let mut largest = 0;
    while !rest.0.is_empty() {
        let (mut unpacked, mut packed) = (None, None);
        rest.fields(DEEPEST, &mut |number, value| match number {
            UNPACKED_SIZE => unpacked = value,
            PACKED_SIZE => packed = value,
            _ => {}
        })?;
        largest = largest.max(u64::try_from(unpacked?).ok()?);
        rest.skip(usize::try_from(packed?).ok()?)?;
    }
    Some(largest)
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn skip(&mut self, count: usize) -> Option<()> {
        self.0 = self.0.get(count..)?;
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// A whole number with a sign: 0, -1, 1, -2, ….
    fn zigzag(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.varint()?).ok()
    }

    /// Goes through a structure and tells each of its fields, with the value of those that are whole numbers.
    fn fields(&mut self, depth: u8, found: &mut dyn FnMut(i64, Option<i64>)) -> Option<()> {
        let mut number = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            number = match head >> 4 {
                0 => self.zigzag()?,
                step => number + i64::from(step),
            };
            let value = match head & 0x0f {
                // The value of a truth is its type.
                1 | 2 => None,
                4..=6 => Some(self.zigzag()?),
                kind => self.value(kind, depth).map(|()| None)?,
            };
            found(number, value);
        }
    }

    /// Steps over a value that stands by itself.
    fn value(&mut self, kind: u8, depth: u8) -> Option<()> {
        match kind {
            1..=3 => self.skip(1),
            4..=6 => self.varint().map(drop),
            7 => self.skip(8),
            8 => {
                let length = self.length()?;
                self.skip(length)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 { self.length()? } else { usize::from(head >> 4) };
                let depth = depth.checked_sub(1)?;
                (0..count).try_for_each(|_| self.value(head & 0x0f, depth))
            }
            12 => self.fields(depth.checked_sub(1)?, &mut |_, _| {}),
            // No header of a page has a map.
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A page of 2 bytes which says that it unpacks to 300, with a structure, a list and a text in its header.
    const PAGE: [u8; 23] = [
        0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0x04, 0x2c, 0x15, 0x02, 0x19, 0x25, 0x02, 0x04, 0x18, 0x01, b'x', 0x11,
        0x00, 0x11, 0x00, 7, 7,
    ];

    #[test]
    fn pages_say_how_large_they_become() {
        assert_eq!(largest_page(&[]), Some(0));
        assert_eq!(largest_page(&PAGE), Some(300));
        let small = [0x15, 0x00, 0x15, 0x02, 0x15, 0x02, 0x00, 9];
        assert_eq!(largest_page(&[&small[..], &PAGE[..]].concat()), Some(300));
        for cut in 1..PAGE.len() {
            assert_eq!(largest_page(&PAGE[..cut]), None, "{cut}");
        }
        let negative = [0x15, 0x00, 0x15, 0x01, 0x15, 0x02, 0x00, 9];
        assert_eq!(largest_page(&negative), None);
        assert_eq!(largest_page(&[0x1c; 1_000]), None, "structures without end");
        assert_eq!(largest_page(&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f]), None, "a list of more than there is");
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_a_size_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = largest_page(&bytes);
        }
    }
}

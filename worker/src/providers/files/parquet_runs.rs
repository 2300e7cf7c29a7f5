//! Parquet's run-length and bit-packed hybrid: how levels and places in a dictionary are written.

use bytes::Bytes;

/// The numbers of one hybrid run of bytes, one at a time.
pub(super) struct Runs {
    bytes: Bytes,
    /// Where the next run begins.
    at: usize,
    /// Bits of a number, at most 32.
    width: usize,
    run: Run,
}

enum Run {
    /// The same number, this many times more.
    Same { value: u32, left: u64 },
    /// Numbers side by side: the bit at which the next one begins, and how many there are still.
    Packed { bit: usize, left: u64 },
}

impl Runs {
    /// Reads numbers of `width` bits; `None` where no number has so many.
    pub(super) fn new(bytes: Bytes, width: usize) -> Option<Self> {
        (width <= 32).then_some(Self { bytes, at: 0, width, run: Run::Same { value: 0, left: 0 } })
    }

    /// The next number; `None` where the bytes end before it.
    pub(super) fn next(&mut self) -> Option<u32> {
        loop {
            match &mut self.run {
                Run::Same { value, left } if *left > 0 => {
                    *left -= 1;
                    return Some(*value);
                }
                Run::Packed { bit, left } if *left > 0 => {
                    let first = *bit;
                    *left -= 1;
                    *bit += self.width;
                    return self.packed(first);
                }
                _ => self.run = self.next_run()?,
            }
        }
    }

    /// Appends the next numbers; `None` where the bytes end before them.
    pub(super) fn take_into(&mut self, count: usize, numbers: &mut Vec<u32>) -> Option<()> {
        let mut missing = count;
        while missing > 0 {
            match &mut self.run {
                Run::Same { value, left } if *left > 0 => {
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(missing);
                    *left -= taken as u64;
                    missing -= taken;
                    numbers.extend(std::iter::repeat_n(*value, taken));
                }
                Run::Packed { bit, left } if *left > 0 => {
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(missing);
                    let first = *bit;
                    *left -= taken as u64;
                    *bit += taken * self.width;
                    missing -= taken;
                    self.unpack(first, taken, numbers)?;
                }
                _ => self.run = self.next_run()?,
            }
        }
        Some(())
    }

    /// Appends numbers that lie side by side from this bit on.
    fn unpack(&self, first: usize, count: usize, numbers: &mut Vec<u32>) -> Option<()> {
        if (first + count * self.width).div_ceil(8) > self.bytes.len() {
            return None;
        }
        let mask = (1_u64 << self.width) - 1;
        for bit in (0..count).map(|place| first + place * self.width) {
            // Eight bytes hold any number of 32 bits that begins within the first of them.
            let number = match self.bytes.get(bit / 8..bit / 8 + 8).and_then(|bytes| bytes.try_into().ok()) {
                Some(bytes) => u32::try_from(u64::from_le_bytes(bytes) >> (bit % 8) & mask).ok()?,
                None => self.packed(bit)?,
            };
            numbers.push(number);
        }
        Some(())
    }

    fn next_run(&mut self) -> Option<Run> {
        let header = self.header()?;
        let left = header >> 1;
        if header & 1 == 0 {
            let length = self.width.div_ceil(8);
            let bytes = self.bytes.get(self.at..self.at + length)?;
            self.at += length;
            let value = bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
            return Some(Run::Same { value, left });
        }
        // `left` counts groups of eight. The last group of a page may be cut where its numbers end.
        let bit = self.at.checked_mul(8)?;
        let length = usize::try_from(left).ok()?.checked_mul(self.width)?;
        self.at = self.at.saturating_add(length).min(self.bytes.len());
        Some(Run::Packed { bit, left: left.checked_mul(8)? })
    }

    /// A number of seven bits a byte, the lowest first.
    fn header(&mut self) -> Option<u64> {
        let mut header = 0;
        for shift in (0..=28).step_by(7) {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            header |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(header);
            }
        }
        None
    }

    /// The number whose lowest bit is this one, counted from the first bit of the first byte.
    fn packed(&self, bit: usize) -> Option<u32> {
        if bit + self.width > self.bytes.len() * 8 {
            return None;
        }
        let (first, shift) = (bit / 8, bit % 8);
        let last = (bit + self.width).div_ceil(8);
        let bytes = self.bytes.get(first..last)?;
        let window = bytes.iter().rev().fold(0_u64, |window, byte| window << 8 | u64::from(*byte));
        u32::try_from(window >> shift & ((1 << self.width) - 1)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(bytes: &[u8], width: usize) -> Vec<u32> {
        let mut runs = Runs::new(Bytes::copy_from_slice(bytes), width).unwrap();
        std::iter::from_fn(|| runs.next()).take(64).collect()
    }

    #[test]
    fn the_example_of_the_format_is_read() {
        // 0 to 7 in three bits each, from the documentation of the format: one group, so the header is 1 << 1 | 1.
        assert_eq!(numbers(&[0x03, 0b1000_1000, 0b1100_0110, 0b1111_1010], 3), [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn runs_of_both_kinds_follow_each_other() {
        // Four times 300 in ten bits, then a group of eight single bits' worth: 1 << 1 | 1, of which the first is 1023.
        let packed = [0x03, 0xff, 0x03, 0, 0, 0, 0, 0, 0, 0, 0];
        let bytes = [&[0x08, 0x2c, 0x01][..], &packed].concat();
        assert_eq!(numbers(&bytes, 10), [300, 300, 300, 300, 1023, 0, 0, 0, 0, 0, 0, 0]);
        // 200 times the same takes a header of two bytes: 400 = 3 · 128 + 16.
        assert_eq!(numbers(&[0x90, 0x03, 0x05], 4), [5; 64]);
    }

    #[test]
    fn numbers_of_no_bits_are_zero_and_of_32_whole() {
        assert_eq!(numbers(&[0x06], 0), [0, 0, 0]);
        assert_eq!(numbers(&[0x02, 0xff, 0xff, 0xff, 0xff], 32), [u32::MAX]);
        assert!(Runs::new(Bytes::new(), 33).is_none());
    }

    #[test]
    fn many_numbers_are_those_that_come_one_by_one() {
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        for width in 0..=32_usize {
            // A run of one value, then three groups of eight packed ones.
            let run: Vec<u8> = (0..width.div_ceil(8)).map(|_| next() & if width % 8 == 0 { 0xff } else { 1 }).collect();
            let packed: Vec<u8> = (0..3 * width).map(|_| next()).collect();
            let bytes = [&[0x0a][..], &run, &[0x07], &packed].concat();
            let one_by_one = numbers(&bytes, width);
            for cut in [0, 3, 5, 9, 29] {
                let mut runs = Runs::new(Bytes::copy_from_slice(&bytes), width).unwrap();
                let mut many = Vec::new();
                runs.take_into(cut, &mut many).unwrap();
                runs.take_into(29 - cut, &mut many).unwrap();
                assert_eq!(many, one_by_one[..29], "{width} bits, cut at {cut}");
            }
        }
    }

    #[test]
    fn bytes_that_end_early_end_the_numbers() {
        assert_eq!(numbers(&[0x03, 0b1000_1000], 3), [0, 1]);
        assert_eq!(numbers(&[0x08, 0x2c], 10), [0; 0]);
        assert_eq!(numbers(&[0xff; 12], 8), [0; 0]);
        assert_eq!(numbers(&[], 1), [0; 0]);
    }
}

//! Unpacks gzip in slices, within bounds, so that a small body cannot fill the memory.

use std::io::Write;

use flate2::write::MultiGzDecoder;

use super::error::FileError;

/// What a gzip stream begins with.
pub(crate) const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
/// Largest number of bytes read from one file, unpacked.
pub(crate) const LONGEST_FILE: u64 = 2_000_000_000;
/// Most unpacked bytes for each packed one.
pub(crate) const LARGEST_RATIO: u64 = 200;
/// Unpacked bytes that are never suspicious: a short file of equal lines packs well.
const NEVER_SUSPICIOUS: u64 = 1 << 20;
/// Packed bytes that are unpacked at a time: at deflate's limit of 1032:1 they make 4 MB.
const SLICE: usize = 4 * 1024;

/// A gzip stream being unpacked. Several streams one after another count as one.
pub(crate) struct GzipDecoder {
    inner: MultiGzDecoder<Vec<u8>>,
    packed: u64,
    unpacked: u64,
}

impl GzipDecoder {
    /// A decoder at the start of a stream.
    pub(crate) fn new() -> Self {
        Self { inner: MultiGzDecoder::new(Vec::new()), packed: 0, unpacked: 0 }
    }

    /// Takes the next packed bytes and hands on what they unpack to, in parts of a few megabytes at most.
    ///
    /// # Errors
    /// Damaged data, or more of it than the bounds allow; or what `each` says.
    pub(crate) fn push<E: From<FileError>>(
        &mut self,
        packed: &[u8],
        each: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for slice in packed.chunks(SLICE) {
            self.packed += slice.len() as u64;
            self.inner.write_all(slice).map_err(|_| FileError::DamagedGzip)?;
            self.hand_on(each)?;
        }
        Ok(())
    }

    /// Takes the end of the stream and checks that it is whole.
    ///
    /// # Errors
    /// A stream that is cut off or whose checksum differs; or what `each` says.
    pub(crate) fn finish<E: From<FileError>>(
        &mut self,
        each: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.inner.try_finish().map_err(|_| FileError::DamagedGzip)?;
        self.hand_on(each)
    }

    fn hand_on<E: From<FileError>>(&mut self, each: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut unpacked = std::mem::take(self.inner.get_mut());
        self.unpacked += unpacked.len() as u64;
        if self.unpacked > LONGEST_FILE {
            return Err(FileError::TooLarge { limit: LONGEST_FILE, unit: "bytes" }.into());
        }
        if self.unpacked > NEVER_SUSPICIOUS && self.unpacked > self.packed.saturating_mul(LARGEST_RATIO) {
            return Err(FileError::SuspiciousCompression { limit: LARGEST_RATIO }.into());
        }
        let done = if unpacked.is_empty() { Ok(()) } else { each(&unpacked) };
        unpacked.clear();
        *self.inner.get_mut() = unpacked;
        done
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(chunks: &[&[u8]]) -> Result<Vec<u8>, FileError> {
        let mut out = Vec::new();
        let mut each = |part: &[u8]| {
            out.extend_from_slice(part);
            Ok::<(), FileError>(())
        };
        let mut decoder = GzipDecoder::new();
        for chunk in chunks {
            decoder.push(chunk, &mut each)?;
        }
        decoder.finish(&mut each)?;
        Ok(out)
    }

    #[test]
    fn a_cut_or_changed_stream_is_damaged() {
        let packed = pack(b"date,ticker,close\n2018-01-02,A,1\n");
        assert_eq!(unpack(&[&packed]).unwrap(), b"date,ticker,close\n2018-01-02,A,1\n");
        for length in 0..packed.len() {
            assert_eq!(unpack(&[&packed[..length]]), Err(FileError::DamagedGzip), "{length}");
        }
        let mut changed = packed.clone();
        let crc = changed.len() - 8;
        changed[crc] ^= 1;
        assert_eq!(unpack(&[&changed]), Err(FileError::DamagedGzip));
        assert_eq!(unpack(&[b"date,ticker,close\n"]), Err(FileError::DamagedGzip));
    }

    #[test]
    fn streams_one_after_another_are_one() {
        assert_eq!(unpack(&[&[pack(b"a,b\n"), pack(b"1,2\n")].concat()]).unwrap(), b"a,b\n1,2\n");
    }

    #[test]
    fn what_unpacks_to_more_than_200_times_its_size_is_refused() {
        let bomb = pack(&vec![b'0'; 20_000_000]);
        assert!(bomb.len() < 30_000);
        assert_eq!(unpack(&[&bomb]), Err(FileError::SuspiciousCompression { limit: 200 }));
        let small = pack(&vec![b'\n'; 900_000]);
        assert_eq!(unpack(&[&small]).unwrap().len(), 900_000);
    }

    proptest! {
        #[test]
        fn what_was_packed_unpacks_whatever_the_chunks(
            bytes in proptest::collection::vec(any::<u8>(), 0..3000),
            cut in 0_usize..4000,
        ) {
            let packed = pack(&bytes);
            let (first, second) = packed.split_at(cut.min(packed.len()));
            prop_assert_eq!(unpack(&[first, second]).unwrap(), bytes);
        }
    }
}

//! Big-endian numbers and counted lists: read within their bounds, and written.

/// Bytes of which a message is read from the front. Everything gives `None` when there are too few.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(front)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// A 16-bit length and that many bytes.
    pub(super) fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }

    /// A 16-bit count, a 16-bit length, and within that length exactly so many items. Every item takes at least one byte,
    /// so a count that is too large ends with the bytes and not later.
    pub(super) fn list<T>(&mut self, mut item: impl FnMut(&mut Reader<'a>) -> Option<T>) -> Option<Vec<T>> {
        let count = self.u16()?;
        let mut inside = Reader(self.sized()?);
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(&mut inside)?);
        }
        inside.is_empty().then_some(items)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

pub(super) fn put_u16(out: &mut Vec<u8>, number: u16) {
    out.extend(number.to_be_bytes());
}

pub(super) fn put_u32(out: &mut Vec<u8>, number: u32) {
    out.extend(number.to_be_bytes());
}

/// A 16-bit length and what `content` writes. More than 65 535 bytes would not be a message of this protocol; the length is
/// then held at its highest value, and a receiver refuses it.
pub(super) fn put_sized(out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    put_u16(out, 0);
    content(out);
    let length = u16::try_from(out.len() - at - 2).unwrap_or(u16::MAX);
    out[at..at + 2].copy_from_slice(&length.to_be_bytes());
}

/// A 16-bit count, a 16-bit length, and the items.
pub(super) fn put_list<T>(out: &mut Vec<u8>, items: &[T], mut item: impl FnMut(&mut Vec<u8>, &T)) {
    put_u16(out, u16::try_from(items.len()).unwrap_or(u16::MAX));
    put_sized(out, |out| items.iter().for_each(|each| item(out, each)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_as_long_as_it_says() {
        let mut bytes = Vec::new();
        put_list(&mut bytes, &[7u16, 9], |out, number| put_u16(out, *number));
        assert_eq!(bytes, [0, 2, 0, 4, 0, 7, 0, 9]);
        let read = |bytes: &[u8]| Reader::new(bytes).list(Reader::u16);
        assert_eq!(read(&bytes), Some(vec![7, 9]));
        assert_eq!(read(&[0, 1, 0, 4, 0, 7, 0, 9]), None, "bytes left over");
        assert_eq!(read(&[0, 3, 0, 4, 0, 7, 0, 9]), None, "more items than bytes");
        assert_eq!(read(&[0, 2, 0, 5, 0, 7, 0, 9]), None, "cut off");
    }
}

//! The frame that is being received, where a character that stands nowhere else begins one: a frame that lost its end then
//! costs none but itself. Holds at most one frame.

use vigil_model::{Fault, FaultKind};

/// The bytes of a frame since the character that began it, and the count of those outside any frame.
#[derive(Clone, Debug)]
pub(crate) struct OpenFrame {
    /// Bytes inside a frame, at most.
    inner_max: usize,
    /// Bytes outside a frame that are reported together, at most.
    stray_max: usize,
    /// Bytes since the beginning, without it; `None` outside a frame.
    inner: Option<Vec<u8>>,
    /// Bytes seen outside any frame and not reported yet.
    stray: usize,
}

impl OpenFrame {
    /// For frames of at most `inner_max` bytes between their first and last character; that many bytes and fewer outside a frame
    /// are reported as one fault.
    pub(crate) const fn new(inner_max: usize, stray_max: usize) -> Self {
        Self { inner_max, stray_max, inner: None, stray: 0 }
    }

    /// Whether a frame has begun.
    pub(crate) const fn is_open(&self) -> bool {
        self.inner.is_some()
    }

    /// A frame begins. What came before and is no frame is a fault.
    pub(crate) fn begin(&mut self) -> Option<Fault> {
        let stray = self.take_stray();
        let cut = self.inner.replace(Vec::new());
        cut.map(|inner| {
            let detail = "a frame that was not finished when the next one began";
            Fault::new(FaultKind::Truncated, inner.len() + 1, detail)
        })
        .or(stray)
    }

    /// The frame ends: what stood inside it, without its first and last character. `None` outside a frame.
    pub(crate) fn end(&mut self) -> Option<Vec<u8>> {
        self.inner.take()
    }

    /// A character that neither begins nor ends a frame.
    pub(crate) fn push(&mut self, byte: u8) -> Option<Fault> {
        match &mut self.inner {
            Some(inner) if inner.len() >= self.inner_max => {
                let bytes = inner.len() + 2;
                self.inner = None;
                Some(Fault::new(FaultKind::Overlong, bytes, "a frame that does not end"))
            }
            Some(inner) => {
                inner.push(byte);
                None
            }
            None => {
                self.stray += 1;
                if self.stray < self.stray_max { None } else { self.take_stray() }
            }
        }
    }

    /// The frame that has begun, if any, is void, and stray bytes are accounted for.
    pub(crate) fn cut(&mut self) -> Option<Fault> {
        let bytes = std::mem::take(&mut self.stray) + self.inner.take().map_or(0, |inner| inner.len() + 1);
        (bytes > 0).then(|| Fault::new(FaultKind::Truncated, bytes, "a frame that was not finished"))
    }

    /// Bytes held in memory.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.inner.as_ref().map_or(0, Vec::len)
    }

    fn take_stray(&mut self) -> Option<Fault> {
        let bytes = std::mem::take(&mut self.stray);
        (bytes > 0).then(|| Fault::new(FaultKind::Framing, bytes, "bytes outside a frame"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Every byte is inside a frame that was given out, or counted in one fault; and memory is bounded.
        #[test]
        fn every_byte_is_accounted_for(bytes in prop::collection::vec(prop_oneof![8 => Just(b'x'), 1 => Just(b'<'), 1 => Just(b'>')], 0..400)) {
            let mut frame = OpenFrame::new(20, 30);
            let mut accounted = 0;
            for byte in &bytes {
                let fault = match byte {
                    b'<' => frame.begin(),
                    b'>' if frame.is_open() => {
                        accounted += frame.end().map_or(0, |inner| inner.len() + 2);
                        None
                    }
                    _ => frame.push(*byte),
                };
                accounted += fault.map_or(0, |fault| fault.bytes as usize);
                prop_assert!(frame.held() <= 20 && frame.stray < 30);
            }
            accounted += frame.cut().map_or(0, |fault| fault.bytes as usize);
            prop_assert_eq!(accounted, bytes.len());
            prop_assert_eq!(frame.cut(), None);
        }
    }
}

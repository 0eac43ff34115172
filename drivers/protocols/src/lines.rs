//! Finds lines in a stream: what stands between CR or LF. Holds at most one line.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

/// Finds lines in a stream.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    bytes_max: usize,
    line: Vec<u8>,
    /// Bytes of a line that is too long; 0 while it is not.
    overlong: usize,
    found: VecDeque<Result<Vec<u8>, Fault>>,
}

impl Lines {
    /// For lines of at most so many bytes.
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, line: Vec::new(), overlong: 0, found: VecDeque::new() }
    }

    /// Takes bytes, cut anywhere.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take(*byte);
        }
    }

    /// The next line without its end, or what was wrong. Empty lines are none.
    pub(crate) fn poll(&mut self) -> Option<Result<Vec<u8>, Fault>> {
        self.found.pop_front()
    }

    /// The line that has begun, if any, is void.
    pub(crate) fn cut(&mut self) -> Option<Fault> {
        let bytes = std::mem::take(&mut self.line).len() + std::mem::take(&mut self.overlong);
        (bytes > 0).then(|| Fault::new(FaultKind::Truncated, bytes, "a line that was not finished"))
    }

    fn take(&mut self, byte: u8) {
        match byte {
            b'\r' | b'\n' => {
                let line = std::mem::take(&mut self.line);
                let overlong = std::mem::take(&mut self.overlong);
                if overlong > 0 {
                    let detail = "a line that is longer than any of the protocol";
                    self.found.push_back(Err(Fault::new(FaultKind::Overlong, overlong, detail)));
                } else if !line.is_empty() {
                    self.found.push_back(Ok(line));
                }
            }
            _ if self.overlong > 0 => self.overlong = self.overlong.saturating_add(1),
            _ if self.line.len() >= self.bytes_max => {
                self.overlong = self.line.len() + 1;
                self.line.clear();
            }
            _ => self.line.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn memory_stays_bounded(bytes in prop::collection::vec(prop_oneof![99 => any::<u8>(), 1 => Just(b'\n')], 0..2000)) {
            let mut lines = Lines::new(400);
            for byte in bytes {
                lines.push(&[byte]);
                while lines.poll().is_some() {}
                prop_assert!(lines.line.len() <= 400 && lines.found.is_empty());
            }
        }
    }
}

//! Everything that was said in one run, as text and as a hash: two runs of the same case are the same to the byte.

use std::fmt::{Debug, Write as _};

use vigil_model::Now;

/// Lines that are kept to show where two runs part.
const LINES_MAX: usize = 400_000;

#[derive(Default)]
pub(crate) struct Transcript {
    is_kept: bool,
    pub(crate) lines: Vec<String>,
    /// FNV-1a over everything.
    pub(crate) hash: u64,
}

impl Transcript {
    /// One that keeps nothing: most runs are not compared.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    pub(crate) fn kept() -> Self {
        Self { is_kept: true, lines: Vec::new(), hash: 0xcbf2_9ce4_8422_2325 }
    }

    pub(crate) fn lines<T: Debug>(&mut self, what: &str, now: Now, said: &[T]) {
        for said in said.iter().filter(|_| self.is_kept).collect::<Vec<_>>() {
            self.add(format!("{} {what} {said:?}", now.monotonic.as_micros()));
        }
    }

    pub(crate) fn bytes(&mut self, what: &str, now: Now, bytes: &[u8]) {
        if self.is_kept {
            let mut line = format!("{} {what} ", now.monotonic.as_micros());
            let _ = write!(line, "{}", bytes.escape_ascii());
            self.add(line);
        }
    }

    fn add(&mut self, line: String) {
        for byte in line.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        if self.lines.len() < LINES_MAX {
            self.lines.push(line);
        }
    }
}

//! Reads one stream of a run, segment by segment. What cannot be read is named and skipped.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use crate::codec::{self, MAGIC};
use crate::record::{Gap, Record};
use crate::ring;

/// Largest segment that is read: far above any that is written.
const SEGMENT_BYTES_MAX: u64 = 1 << 30;

/// A part of a recording that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The segment.
    pub segment: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// The records of a stream, in order. A [`Record::Gap`] of unknown size stands where something could not be read.
#[derive(Debug)]
pub struct Stream {
    segments: VecDeque<PathBuf>,
    bytes: Vec<u8>,
    at: usize,
    current: PathBuf,
    next_ordinal: Option<u64>,
    is_whole: bool,
    damage: Vec<Damage>,
}

impl Stream {
    pub(crate) fn open(folder: &Path) -> Self {
        let segments: VecDeque<PathBuf> =
            ring::entries(folder).into_iter().filter(|path| ring::segment_name(path).is_some()).collect();
        let first = segments.front().and_then(|path| ring::segment_name(path)).map(|(ordinal, _)| ordinal);
        Self {
            is_whole: first.is_none_or(|first| first == 0),
            segments,
            bytes: Vec::new(),
            at: 0,
            current: PathBuf::new(),
            next_ordinal: None,
            damage: Vec::new(),
        }
    }

    /// Whether its first segment is still there; without it, the stream begins in the middle.
    pub const fn begins_with_the_run(&self) -> bool {
        self.is_whole
    }

    /// How many bytes it has on disk.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().filter_map(|path| path.metadata().ok()).map(|metadata| metadata.len()).sum()
    }

    /// What could not be read so far.
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// Opens the next segment; `Some` says that something is missing before it.
    fn advance(&mut self) -> Option<Result<(), Gap>> {
        let path = self.segments.pop_front()?;
        let ordinal = ring::segment_name(&path).map(|(ordinal, _)| ordinal);
        let is_missing = self.next_ordinal.is_some() && self.next_ordinal != ordinal;
        if is_missing {
            self.spoilt(&path, "the segment before it is missing".to_owned());
        }
        self.next_ordinal = ordinal.map(|ordinal| ordinal + 1);
        (self.bytes, self.at) = (Vec::new(), 0);
        self.current = path;
        let read = match self.current.metadata() {
            Ok(metadata) if metadata.len() > SEGMENT_BYTES_MAX => Err("it is too long to be a segment".to_owned()),
            Ok(_) => std::fs::read(&self.current).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok(bytes) if bytes.starts_with(MAGIC) => (self.bytes, self.at) = (bytes, MAGIC.len()),
            // A crash can come before the first byte is on disk.
            Ok(bytes) if bytes.len() < MAGIC.len() && self.segments.is_empty() => {}
            Ok(_) => self.spoilt(&self.current.clone(), "it does not begin like a segment".to_owned()),
            Err(reason) => self.spoilt(&self.current.clone(), reason),
        }
        Some(if is_missing || self.at == 0 { Err(Gap::default()) } else { Ok(()) })
    }

    fn spoilt(&mut self, segment: &Path, reason: String) {
        self.damage.push(Damage { segment: segment.to_owned(), reason });
    }
}

impl Iterator for Stream {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if self.at < self.bytes.len() {
                let rest = &self.bytes[self.at..];
                if let Some((record, length)) = codec::decode(rest) {
                    self.at += length;
                    return Some(record);
                }
                let reason = format!("{} bytes from byte {} on cannot be read", rest.len(), self.at);
                self.at = self.bytes.len();
                // The end of the newest segment is torn when the program was killed, or is being written now.
                if !self.segments.is_empty() {
                    self.spoilt(&self.current.clone(), reason);
                    return Some(Record::Gap(Gap::default()));
                }
            }
            match self.advance()? {
                Ok(()) => {}
                Err(gap) => return Some(Record::Gap(gap)),
            }
        }
    }
}

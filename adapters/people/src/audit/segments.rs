//! The files of the trail, and reading them line by line with a bound.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::line::{LINE_BYTES_MAX, Line};
use crate::PeopleError;

/// A file of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Number of its first line, by its name.
    pub(crate) first: u64,
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

/// A line as it stands in a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Raw {
    /// A whole line without its end.
    Line(Vec<u8>),
    /// The file ends without an end of line, or no line is as long as this.
    Unfinished(u64),
}

pub(crate) fn folder(data: &Path) -> PathBuf {
    data.join("audit")
}

pub(crate) fn path_of(data: &Path, first: u64) -> PathBuf {
    folder(data).join(format!("{first:012}.jsonl"))
}

/// The segments in order.
pub(crate) fn list(data: &Path) -> Result<Vec<Segment>, PeopleError> {
    let folder = folder(data);
    let failed = || PeopleError::file("read the folder", &folder);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed()(error)),
    };
    let mut segments = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed())?;
        let name = entry.file_name();
        let first = name.to_str().and_then(|name| name.strip_suffix(".jsonl")).and_then(|first| first.parse().ok());
        let Some(first) = first else { continue };
        let bytes = entry.metadata().map_err(failed())?.len();
        segments.push(Segment { first, path: entry.path(), bytes });
    }
    segments.sort_by_key(|segment| segment.first);
    Ok(segments)
}

/// Hands every line of a segment's first `segment.bytes` bytes to `take`.
pub(crate) fn lines(segment: &Segment, mut take: impl FnMut(Raw)) -> Result<(), PeopleError> {
    let failed = || PeopleError::file("read", &segment.path);
    let file = File::open(&segment.path).map_err(failed())?;
    let mut reader = BufReader::new(file.take(segment.bytes));
    loop {
        let mut line = Vec::new();
        let bound = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
        let read = reader.by_ref().take(bound).read_until(b'\n', &mut line).map_err(failed())?;
        if read == 0 {
            return Ok(());
        }
        if line.pop() == Some(b'\n') {
            take(Raw::Line(line));
        } else {
            let rest = std::io::copy(&mut reader, &mut std::io::sink()).map_err(failed())?;
            take(Raw::Unfinished(u64::try_from(read).unwrap_or(u64::MAX).saturating_add(rest)));
            return Ok(());
        }
    }
}

/// Hands every readable record of the trail in this data folder to `take`, in order. Says nothing about whether they are
/// true: [`verify`](super::verify::verify) does.
///
/// # Errors
/// If a file cannot be read.
pub fn read(data: &Path, mut take: impl FnMut(Line)) -> Result<(), PeopleError> {
    for segment in list(data)? {
        lines(&segment, |raw| {
            if let Raw::Line(text) = raw
                && let Some(line) = Line::read(&text)
            {
                take(line);
            }
        })?;
    }
    Ok(())
}

//! The files of one stream: segments, the newest of which is written, and of all of which the oldest are removed.
//!
//! ```text
//! recording/                          0700
//!   run-<microseconds>/               one run of an appliance; begins when it starts or takes a new configuration
//!     start.json                      0600: configuration, links, and where the engine stood
//!     engine/000000-<micros>.vrec     0600: steps
//!     link-<id>/000000-<micros>.vrec  0600: inputs
//! ```

use std::ffi::OsStr;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use vigil_model::{Instant, Now, Timestamp};

use crate::codec::{self, MAGIC, kind};
use crate::record::{Gap, Record};

/// Folder of the steps in a run.
pub(crate) const ENGINE: &str = "engine";
/// Extension of a segment.
pub(crate) const EXTENSION: &str = "vrec";
/// Inputs since the connection began that are written again at the head of a segment, so that a conversation can be
/// followed whose beginning is no longer kept.
const PROLOGUE_BYTES_MAX: usize = 16 << 10;
/// Records that are dropped after a failed write before the next attempt.
const RECORDS_BEFORE_RETRY: u64 = 256;

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// For how long.
    pub keep: Duration,
    /// How much of each link, and of the steps of the engine, in bytes.
    pub stream_bytes_max: u64,
}

impl Bounds {
    const fn segment_bytes(self) -> u64 {
        let eighth = self.stream_bytes_max / 8;
        if eighth > 4 << 10 { eighth } else { 4 << 10 }
    }

    /// How long a segment is written to.
    pub(crate) fn segment_age(self) -> Duration {
        (self.keep / 16).clamp(Duration::from_secs(10), Duration::from_secs(1800))
    }
}

/// The writing end of one stream.
pub(crate) struct Ring {
    /// Folder of all runs.
    root: PathBuf,
    /// Folder of this stream.
    folder: PathBuf,
    bounds: Bounds,
    ordinal: u64,
    open: Option<Open>,
    prologue: Vec<Record>,
    prologue_bytes: usize,
    missed: Gap,
}

struct Open {
    file: BufWriter<File>,
    bytes: u64,
    begun: Instant,
}

impl Ring {
    pub(crate) fn new(run: &Path, stream: &str, bounds: Bounds) -> Self {
        Self {
            root: run.parent().unwrap_or(run).to_owned(),
            folder: run.join(stream),
            bounds,
            ordinal: 0,
            open: None,
            prologue: Vec::new(),
            prologue_bytes: 0,
            missed: Gap::default(),
        }
    }

    /// Writes one frame of a record of this kind. A failure costs the records until the next attempt, and no other stream.
    pub(crate) fn write(&mut self, now: Now, kind: u8, frame: &[u8]) -> io::Result<()> {
        if !self.missed.records.is_multiple_of(RECORDS_BEFORE_RETRY) {
            self.missed = Gap { now, records: self.missed.records + 1 };
            return Ok(());
        }
        let written = self.try_write(now, kind, frame);
        if written.is_err() {
            self.open = None;
            self.missed = Gap { now, records: self.missed.records + 1 };
        }
        written
    }

    /// Records that are dropped now because writing failed.
    pub(crate) const fn missed(&self) -> u64 {
        self.missed.records
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match &mut self.open {
            Some(open) => open.file.flush(),
            None => Ok(()),
        }
    }

    fn try_write(&mut self, now: Now, kind: u8, frame: &[u8]) -> io::Result<()> {
        let is_over = self.open.as_ref().is_none_or(|open| {
            kind == kind::CHECKPOINT
                || open.bytes + frame.len() as u64 > self.bounds.segment_bytes()
                || now.monotonic.since(open.begun) >= self.bounds.segment_age() && kind < kind::GAP
        });
        if is_over {
            self.begin(now, kind)?;
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        if self.missed.records > 0 {
            let mut gap = Vec::new();
            codec::encode(&Record::Gap(self.missed), &mut gap);
            open.file.write_all(&gap)?;
            open.bytes += gap.len() as u64;
        }
        open.file.write_all(frame)?;
        open.bytes += frame.len() as u64;
        self.missed = Gap::default();
        self.remember(kind, frame);
        Ok(())
    }

    /// Ends the segment that is open and begins the next one.
    fn begin(&mut self, now: Now, kind: u8) -> io::Result<()> {
        if let Some(mut open) = self.open.take() {
            open.file.flush()?;
        }
        make_folder(&self.folder)?;
        let path = self.folder.join(format!("{:06}-{:016}.{EXTENSION}", self.ordinal, now.utc.as_micros().max(0)));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        let mut bytes = MAGIC.to_vec();
        if kind != kind::CONNECTED {
            self.prologue.iter().for_each(|record| codec::encode(record, &mut bytes));
        }
        let mut file = BufWriter::new(file);
        file.write_all(&bytes)?;
        self.ordinal += 1;
        self.open = Some(Open { file, bytes: bytes.len() as u64, begun: now.monotonic });
        trim(&self.root, &self.folder, self.bounds, now.utc);
        Ok(())
    }

    fn remember(&mut self, kind: u8, frame: &[u8]) {
        if kind == kind::CONNECTED {
            self.prologue.clear();
            self.prologue_bytes = 0;
        } else if kind >= kind::GAP || self.prologue.is_empty() || kind == kind::ACTION {
            return; // steps have checkpoints, and a bus begins again by itself
        }
        self.prologue_bytes += frame.len();
        if self.prologue_bytes <= PROLOGUE_BYTES_MAX
            && let Some((Record::Entry(entry), _)) = codec::decode(frame)
        {
            self.prologue.push(Record::Prologue(entry));
        }
    }
}

/// Makes a folder that is its owner's alone.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Position and beginning of a segment, from its name.
pub(crate) fn segment_name(path: &Path) -> Option<(u64, Timestamp)> {
    if path.extension() != Some(OsStr::new(EXTENSION)) {
        return None;
    }
    let (ordinal, begun) = path.file_stem()?.to_str()?.split_once('-')?;
    Some((ordinal.parse().ok()?, Timestamp::from_micros(begun.parse().ok()?)))
}

/// Everything in a folder, in the order of names; nothing if it cannot be read.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Removes what is too old or too much of any stream, of all runs together. What cannot be removed is tried again the next
/// time.
fn trim(root: &Path, writing: &Path, bounds: Bounds, newest: Timestamp) {
    let current = writing.parent().unwrap_or(root);
    let runs = entries(root);
    let mut streams: std::collections::BTreeMap<std::ffi::OsString, Vec<Segment>> = Default::default();
    for stream in runs.iter().flat_map(|run| entries(run)).filter(|path| path.is_dir()) {
        let Some(name) = stream.file_name().map(OsStr::to_owned) else { continue };
        let segments = entries(&stream).into_iter().filter_map(|path| {
            let (_, begun) = segment_name(&path)?;
            let bytes = path.metadata().ok()?.len();
            Some(Segment { path, begun, bytes })
        });
        streams.entry(name).or_default().extend(segments);
    }
    for segments in streams.values() {
        // The segment that is being written is not full yet.
        let mut total: u64 = segments.iter().map(|segment| segment.bytes).sum::<u64>() + bounds.segment_bytes();
        let mut ends = segments.iter().skip(1).map(|next| next.begun);
        for (position, segment) in segments.iter().enumerate() {
            let is_last = position + 1 == segments.len();
            let ended = ends.next().unwrap_or(segment.begun);
            let is_too_old = newest.since(ended) > bounds.keep && (!is_last || !segment.path.starts_with(current));
            let is_too_much = !is_last && total > bounds.stream_bytes_max;
            if !is_too_old && !is_too_much {
                break;
            }
            total = total.saturating_sub(segment.bytes);
            remove(std::fs::remove_file(&segment.path), &segment.path);
        }
    }
    for run in runs.iter().filter(|run| run.is_dir() && *run != current) {
        let inside = entries(run);
        for folder in inside.iter().filter(|path| path.is_dir() && entries(path).is_empty()) {
            remove(std::fs::remove_dir(folder), folder);
        }
        if entries(run).iter().all(|path| path.is_file()) {
            remove(std::fs::remove_dir_all(run), run);
        }
    }
}

struct Segment {
    path: PathBuf,
    begun: Timestamp,
    bytes: u64,
}

fn remove(removed: io::Result<()>, path: &Path) {
    if let Err(error) = removed {
        tracing::warn!(path = %path.display(), %error, "An old part of the recording cannot be removed.");
    }
}

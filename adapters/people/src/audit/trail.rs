//! Writing the trail: append under a lock that all processes share, sync, then move the head.
//!
//! A process that is killed between the two leaves a head that lags behind: the lines after it carry their own signatures. One
//! that is killed inside a line leaves an unfinished line, which the next one who appends removes and says so in the trail.
//! Where the end of the trail is not what the head says, numbering goes on after the head, so that the hole stays visible.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use vigil_model::Timestamp;

use super::line::{Head, Line, NOTHING_BEFORE};
use super::segments::{self, Raw, Segment};
use super::{Action, Entry, Object, Who, key};
use crate::{PeopleError, files};

/// How much of the trail is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes after which a new segment is begun.
    pub segment_bytes: u64,
    /// Segments that are kept; the oldest goes when there are more. At least 2.
    pub segments: usize,
}

impl Default for Limits {
    /// 512 MiB: about a million records, years of a ward. Export what has to be kept for longer.
    fn default() -> Self {
        Self { segment_bytes: 8 << 20, segments: 64 }
    }
}

/// The trail of one data folder. Several processes may write one.
pub struct Trail {
    data: PathBuf,
    key: SigningKey,
    limits: Limits,
    /// Where the last append ended, so that the next need not read the segment again; `None` before the first.
    end: Option<End>,
}

/// Where the trail ends.
#[derive(Clone, Debug, PartialEq, Eq)]
struct End {
    number: u64,
    hash: String,
    /// The last segment, as long as it was.
    segment: Segment,
}

impl Trail {
    /// Opens the trail in the data folder, and begins one if there is none: makes the key and writes the first record.
    ///
    /// # Errors
    /// If the folder cannot be written, or the key cannot be read or made.
    pub fn open(data: &Path, limits: Limits, at: Timestamp) -> Result<Self, PeopleError> {
        files::make_folder(&segments::folder(data))?;
        let lock = files::Lock::take(&lock_path(data))?;
        let key = key::signing_key(data)?;
        let mut trail = Self { data: data.to_owned(), key, limits, end: None };
        if segments::list(data)?.is_empty() && trail.head()?.is_none() {
            let public = files::hex(trail.key.verifying_key().as_bytes());
            trail.append_locked(&[Entry::done(at, Who::appliance(), Action::TrailBegun).with(public)], at)?;
        }
        drop(lock);
        Ok(trail)
    }

    /// Appends entries. When it returns they are on disk.
    ///
    /// # Errors
    /// If they could not be written. What was written of them is then removed or completed by the next append.
    pub fn append(&mut self, entries: &[Entry]) -> Result<Head, PeopleError> {
        let lock = files::Lock::take(&lock_path(&self.data))?;
        let at = entries.last().map(|entry| entry.at).unwrap_or_default();
        let head = self.append_locked(entries, at);
        drop(lock);
        head
    }

    /// The public key, in hexadecimal.
    pub fn public_key(&self) -> String {
        files::hex(self.key.verifying_key().as_bytes())
    }

    /// How far the trail goes, if it has a head that is signed.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn head(&self) -> Result<Option<Head>, PeopleError> {
        let head = files::read(&head_path(&self.data))?.and_then(|text| Head::read(&text));
        Ok(head.filter(|head| head.is_signed_by(&self.key.verifying_key())))
    }

    fn append_locked(&mut self, entries: &[Entry], at: Timestamp) -> Result<Head, PeopleError> {
        let mut repaired = None;
        let mut end = match self.end.take() {
            Some(end) if self.is_still_the_end(&end)? => end,
            _ => self.find_end(&mut repaired)?,
        };
        let mut file = open_for_append(&end.segment.path)?;
        let mut goes = false;
        let repair = repaired.map(|bytes| {
            Entry::done(at, Who::appliance(), Action::TrailRepaired)
                .with(format!("{bytes} bytes of an unfinished line"))
        });
        for entry in repair.iter().chain(entries) {
            if end.segment.bytes >= self.limits.segment_bytes {
                file.sync_data().map_err(PeopleError::file("write", &end.segment.path))?;
                end.segment = self.new_segment(end.number + 1);
                file = open_for_append(&end.segment.path)?;
                if let Some(trimmed) = self.trimmed(at)? {
                    self.write_one(&mut file, &mut end, &trimmed)?;
                    goes = true;
                }
            }
            self.write_one(&mut file, &mut end, entry)?;
        }
        file.sync_data().map_err(PeopleError::file("write", &end.segment.path))?;
        let head = Head::signed(end.number, &end.hash, &self.key);
        let text = head.write().map_err(|error| self.damaged(&error))?;
        files::replace(&head_path(&self.data), text.as_bytes())?;
        if goes {
            self.remove_trimmed()?;
        }
        self.end = Some(end);
        Ok(head)
    }

    fn write_one(&self, file: &mut File, end: &mut End, entry: &Entry) -> Result<(), PeopleError> {
        let number = end.number + 1;
        let entry = entry.clone().bounded();
        let mut text = Line::write(number, &end.hash, &entry, &self.key).map_err(|error| self.damaged(&error))?;
        let hash = Line::hash_of(text.as_bytes());
        text.push('\n');
        file.write_all(text.as_bytes()).map_err(PeopleError::file("write", &end.segment.path))?;
        end.segment.bytes += u64::try_from(text.len()).unwrap_or(u64::MAX);
        (end.number, end.hash) = (number, hash);
        Ok(())
    }

    fn is_still_the_end(&self, end: &End) -> Result<bool, PeopleError> {
        let last = segments::list(&self.data)?.pop();
        Ok(last.as_ref() == Some(&end.segment)
            && self.head()?.is_some_and(|head| head.number == end.number && head.hash == end.hash))
    }

    /// Reads the last segment to find where the trail ends, and removes an unfinished line from its end.
    fn find_end(&self, repaired: &mut Option<u64>) -> Result<End, PeopleError> {
        let head = self.head()?;
        let Some(mut segment) = segments::list(&self.data)?.pop() else {
            let (number, hash) = head.map_or((0, NOTHING_BEFORE.to_owned()), |head| (head.number, head.hash));
            return Ok(End { number, hash, segment: self.new_segment(number + 1) });
        };
        let mut last = None;
        let mut unfinished = 0;
        segments::lines(&segment, |raw| match raw {
            Raw::Line(text) => {
                if let Some(line) = Line::read(&text) {
                    last = Some((line.number, Line::hash_of(&text)));
                }
            }
            Raw::Unfinished(bytes) => unfinished = bytes,
        })?;
        if unfinished > 0 {
            segment.bytes -= unfinished.min(segment.bytes);
            let file = OpenOptions::new().write(true).open(&segment.path);
            file.and_then(|file| file.set_len(segment.bytes)).map_err(PeopleError::file("repair", &segment.path))?;
            *repaired = Some(unfinished);
        }
        let of_head = head.map(|head| (head.number, head.hash));
        // Whichever goes further. A segment without a readable line and a lost head leave its name to go by.
        let by_name = (segment.first.saturating_sub(1), NOTHING_BEFORE.to_owned());
        let (number, hash) = last.into_iter().chain(of_head).max_by_key(|(number, _)| *number).unwrap_or(by_name);
        Ok(End { number, hash, segment })
    }

    fn new_segment(&self, first: u64) -> Segment {
        Segment { first, path: segments::path_of(&self.data, first), bytes: 0 }
    }

    /// What to say before the oldest segments go, if there are more than are kept.
    fn trimmed(&self, at: Timestamp) -> Result<Option<Entry>, PeopleError> {
        let segments = segments::list(&self.data)?;
        let kept = self.limits.segments.max(2);
        let Some(oldest_kept) = segments.len().checked_sub(kept).filter(|more| *more > 0).map(|more| &segments[more])
        else {
            return Ok(None);
        };
        let mut before = None;
        segments::lines(oldest_kept, |raw| {
            if let (None, Raw::Line(text)) = (&before, raw) {
                before = Line::read(&text).map(|line| (line.number - 1, line.previous));
            }
        })?;
        Ok(before.map(|(number, hash)| {
            let object = Object::new("record", number.to_string());
            Entry::done(at, Who::appliance(), Action::TrailTrimmed).about(object).with(hash)
        }))
    }

    /// Removes what the trail says is gone. Only after it is on disk that it says so.
    fn remove_trimmed(&self) -> Result<(), PeopleError> {
        let segments = segments::list(&self.data)?;
        let more = segments.len().saturating_sub(self.limits.segments.max(2));
        for segment in segments.iter().take(more) {
            std::fs::remove_file(&segment.path).map_err(PeopleError::file("remove", &segment.path))?;
        }
        Ok(())
    }

    fn damaged(&self, error: &serde_json::Error) -> PeopleError {
        PeopleError::Damaged { path: segments::folder(&self.data), detail: error.to_string() }
    }
}

fn open_for_append(path: &Path) -> Result<File, PeopleError> {
    let is_new = !path.exists();
    let file = OpenOptions::new().create(true).append(true).mode(files::MODE).open(path);
    let file = file.map_err(PeopleError::file("open", path))?;
    if is_new {
        files::give_to_owner_of_folder(path)
            .and_then(|()| files::sync_folder_of(path))
            .map_err(PeopleError::file("make", path))?;
    }
    Ok(file)
}

pub(crate) fn head_path(data: &Path) -> PathBuf {
    data.join("audit.head")
}

pub(crate) fn lock_path(data: &Path) -> PathBuf {
    data.join("audit.lock")
}

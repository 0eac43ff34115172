//! Whether the trail is whole: every byte of every line, and that nothing is missing.

use std::path::{Path, PathBuf};

use ed25519_dalek::VerifyingKey;

use super::line::{Head, Line, NOTHING_BEFORE};
use super::segments::{self, Raw, Segment};
use super::{Action, key, trail};
use crate::{PeopleError, files};

/// Findings that are listed; the rest is only counted.
pub const FINDINGS_MAX: usize = 100;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// Records that were read.
    pub records: u64,
    /// Number of the first record that is kept.
    pub first: Option<u64>,
    /// Number of the last one.
    pub last: Option<u64>,
    /// Its hash: note `last:hash` elsewhere, and give it as witness the next time.
    pub hash: Option<String>,
    /// Records written after the head was moved last: as many as a power loss leaves.
    pub after_head: u64,
    /// What is wrong, at most [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// How much is wrong in all.
    pub findings_total: u64,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// In which file.
    pub file: PathBuf,
    /// At which line of it, from 1; `None` if it is about the whole file.
    pub line: Option<u64>,
    /// What.
    pub what: String,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.findings_total == 0
    }

    fn find(&mut self, file: &Path, line: Option<u64>, what: impl Into<String>) {
        self.findings_total += 1;
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { file: file.to_owned(), line, what: what.into() });
        }
    }
}

/// What is known from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The public key, as it was noted when the appliance was installed; else the one in the data folder is taken.
    pub public_key: Option<String>,
    /// A head that was noted earlier: the trail must contain this line.
    pub witness: Option<(u64, String)>,
}

/// Checks the trail of a data folder. Works beside a running appliance.
///
/// # Errors
/// If a file cannot be read or the given key is none.
pub fn verify(data: &Path, known: &Known) -> Result<Report, PeopleError> {
    // What is there at this moment; what is appended meanwhile is not looked at.
    let (segments, head_text, public) = {
        // On a medium that cannot be written nobody appends either.
        let _lock =
            if segments::folder(data).exists() { files::Lock::take(&trail::lock_path(data)).ok() } else { None };
        (segments::list(data)?, files::read(&trail::head_path(data))?, key::public_key(data)?)
    };
    let mut report = Report::default();
    let Some(text) = known.public_key.clone().or_else(|| public.clone()) else {
        report.find(
            &key::public_path(data),
            None,
            "there is no public key, so nothing can be checked; was a trail ever begun?",
        );
        return Ok(report);
    };
    let Some(verifying) = key::verifying_key(&text) else {
        return Err(PeopleError::Key {
            path: key::public_path(data),
            expected: "64 hexadecimal digits of a public key",
        });
    };
    if public.as_ref().is_some_and(|public| *public != text) {
        report.find(&key::public_path(data), None, "the key in the data folder is not the one that was noted");
    }
    let mut check =
        Check { report, verifying: &verifying, known, at: None, trims: Vec::new(), head: None, is_begun: false };
    check.head(&trail::head_path(data), head_text.as_deref());
    let last = segments.len().saturating_sub(1);
    for (position, segment) in segments.iter().enumerate() {
        check.segment(segment, position == last)?;
    }
    Ok(check.end(data, segments.first()))
}

/// Where reading is.
struct Place {
    number: u64,
    hash: String,
}

struct Check<'a> {
    report: Report,
    verifying: &'a VerifyingKey,
    known: &'a Known,
    at: Option<Place>,
    /// Last record that went by the bound, and its hash, as the trail says.
    trims: Vec<(u64, String)>,
    head: Option<Head>,
    /// Whether the first line that is kept was read, and what it named as the line before it.
    is_begun: bool,
}

impl Check<'_> {
    fn head(&mut self, path: &Path, text: Option<&[u8]>) {
        match text.map(Head::read) {
            None => self.report.find(path, None, "there is no head: nothing says how far the trail goes"),
            Some(None) => self.report.find(path, None, "the head is not written as it should be"),
            Some(Some(head)) if !head.is_signed_by(self.verifying) => {
                self.report.find(path, None, "the head is not signed by this key");
            }
            Some(Some(head)) => self.head = Some(head),
        }
    }

    fn segment(&mut self, segment: &Segment, is_last: bool) -> Result<(), PeopleError> {
        let mut place = 0;
        let mut last: Option<Line> = None;
        segments::lines(segment, |raw| {
            place += 1;
            match raw {
                Raw::Unfinished(bytes) => self.report.find(
                    &segment.path,
                    Some(place),
                    format!("{bytes} bytes that are no whole line: left by a power loss, or added"),
                ),
                Raw::Line(text) => match Line::read(&text) {
                    None => {
                        let what = "edited: this is no record as the appliance writes it";
                        self.report.find(&segment.path, Some(place), what);
                        last = None;
                    }
                    Some(line) => {
                        self.line(segment, place, &line, &text);
                        last = Some(line);
                    }
                },
            }
        })?;
        match last {
            // The hashes of the lines after it cover every other line of the segment.
            Some(line) if !line.is_signed_by(self.verifying) => {
                self.report.find(&segment.path, Some(place), "edited: the record is not signed by this key");
            }
            None if place == 0 && !is_last => {
                self.report.find(&segment.path, None, "an empty file: its records were deleted")
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    fn line(&mut self, segment: &Segment, place: u64, line: &Line, text: &[u8]) {
        let hash = Line::hash_of(text);
        if place == 1 && segment.first != line.number {
            self.report.find(&segment.path, Some(place), format!("the file is named for record {}", segment.first));
        }
        match &self.at {
            None if !self.is_begun => self.first(segment, line),
            Some(before) if line.number == before.number + 1 && line.previous == before.hash => {}
            Some(before) if line.number == before.number + 1 => {
                let what = format!("record {} was edited after record {} was written", before.number, line.number);
                self.report.find(&segment.path, Some(place), what);
            }
            Some(before) if line.number > before.number => {
                let what = format!("records {} to {} are missing", before.number + 1, line.number - 1);
                self.report.find(&segment.path, Some(place), what);
            }
            Some(before) => {
                let what =
                    format!("record {} stands after record {}: reordered or doubled", line.number, before.number);
                self.report.find(&segment.path, Some(place), what);
            }
            None => {}
        }
        if let Some((number, witnessed)) = &self.known.witness
            && line.number == *number
            && hash != *witnessed
        {
            self.report.find(&segment.path, Some(place), format!("record {number} is not the one that was noted"));
        }
        self.against_head(segment, place, line, &hash);
        if line.entry.action == Action::TrailTrimmed
            && let (Some(object), Some(hash)) = (&line.entry.object, &line.entry.detail)
            && let Ok(number) = object.id.parse()
        {
            self.trims.push((number, hash.clone()));
        }
        self.report.records += 1;
        self.report.first.get_or_insert(line.number);
        self.report.last = Some(line.number);
        self.report.hash = Some(hash.clone());
        self.at = Some(Place { number: line.number, hash });
    }

    fn first(&mut self, segment: &Segment, line: &Line) {
        self.is_begun = true;
        if line.number == 1 && line.previous != NOTHING_BEFORE {
            self.report.find(&segment.path, Some(1), "the first record names one before it");
        }
        // What went before a later first record is judged at the end, when all that the trail says about it is known.
        self.at = Some(Place { number: line.number.saturating_sub(1), hash: line.previous.clone() });
    }

    fn against_head(&mut self, segment: &Segment, place: u64, line: &Line, hash: &str) {
        let Some(head) = &self.head else { return };
        if line.number == head.number && hash != head.hash {
            self.report.find(&segment.path, Some(place), "edited: the head names another last record");
        }
        if line.number > head.number {
            self.report.after_head += 1;
            if !line.is_signed_by(self.verifying) {
                self.report.find(&segment.path, Some(place), "added: the record is not signed by this key");
            }
        }
    }

    fn end(mut self, data: &Path, first: Option<&Segment>) -> Report {
        let folder = segments::folder(data);
        let last = self.report.last.unwrap_or(0);
        if let Some(head) = self.head.take().filter(|head| head.number > last) {
            let what = format!("truncated: the head names record {}, the last that is here is {last}", head.number);
            self.report.find(&folder, None, what);
        }
        if self.known.witness.as_ref().is_some_and(|(number, _)| *number > last) {
            self.report.find(&folder, None, "truncated: the record that was noted is not here");
        }
        if last == 0 {
            self.report.find(&folder, None, "there is no record");
        }
        if let (Some(number), Some(segment)) = (self.report.first.filter(|number| *number > 1), first) {
            let gone = number - 1;
            let is_declared = self.trims.iter().any(|(up_to, hash)| {
                *up_to > gone
                    || (*up_to == gone && previous_of_first(segment).is_some_and(|previous| previous == *hash))
            });
            if !is_declared {
                let what = format!(
                    "records 1 to {gone} are missing, and nothing in the trail says that they went by its bound"
                );
                self.report.find(&segment.path, None, what);
            }
        }
        self.report
    }
}

fn previous_of_first(segment: &Segment) -> Option<String> {
    let mut previous = None;
    let read = segments::lines(segment, |raw| {
        if let (None, Raw::Line(text)) = (&previous, raw) {
            previous = Line::read(&text).map(|line| line.previous);
        }
    });
    read.ok().and(previous)
}

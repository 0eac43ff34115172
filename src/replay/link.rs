//! Plays one link: its recorded inputs, as far as a step of the engine had taken what they led to.

use vigil_model::DeviceReport;
use vigil_protocols::tape::Playback;
use vigil_recording::{Damage, Record, Stream};

/// A link that is played again.
pub(super) struct LinkPlayer {
    records: Reader,
    playback: Playback,
    gaps: u64,
    /// Reports that had been given out before the first entry that was played.
    before: Option<u64>,
    produced: u64,
}

/// The stream, with a look at what comes next; the stream itself stays within reach for what it says of damage.
struct Reader {
    stream: Stream,
    next: Option<Record>,
}

impl LinkPlayer {
    pub(super) fn new(stream: Stream, playback: Playback) -> Self {
        Self { records: Reader { stream, next: None }, playback, gaps: 0, before: None, produced: 0 }
    }

    /// Plays what led to the reports up to number `through`, and appends what is reported now. `false` if the recording of
    /// the link ends before that.
    pub(super) fn advance(&mut self, through: u64, reports: &mut Vec<DeviceReport>) -> bool {
        while let Some(record) = self.records.peek() {
            match record {
                // What came before it led to all of them.
                Record::Entry(entry) if entry.reports >= through => break,
                Record::Entry(entry) => {
                    self.before.get_or_insert(entry.reports);
                    self.playback.play(entry);
                }
                Record::Prologue(entry) => self.playback.play(entry),
                Record::Gap(_) => self.gaps += 1,
                Record::Step(_) | Record::Said(_) | Record::Checkpoint(_) => {}
            }
            self.records.next = None;
        }
        let already = reports.len();
        reports.extend(self.playback.take_reports());
        self.produced += (reports.len() - already) as u64;
        let is_over = self.records.peek().is_none();
        !is_over || self.gaps > 0 || self.before.unwrap_or(0) + self.produced >= through
    }

    pub(super) const fn gaps(&self) -> u64 {
        self.gaps
    }

    pub(super) fn misfits(&self) -> u64 {
        self.playback.differences()
    }

    pub(super) fn damage(&self) -> &[Damage] {
        self.records.stream.damage()
    }
}

impl Reader {
    fn peek(&mut self) -> Option<&Record> {
        if self.next.is_none() {
            self.next = self.stream.next();
        }
        self.next.as_ref()
    }
}

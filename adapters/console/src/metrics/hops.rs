//! How long alarms took on each part of their way, from the ledger in the journal.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use vigil_journal::ledger::{Hop, hops};
use vigil_journal::{JournalError, Reader};

/// Upper bounds, seconds: from a step of the engine to a receiver that was away for an hour.
const BOUNDS_S: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0, 3600.0];
/// Lines read at once.
const LINES_MAX: u32 = 2_000;
/// Readings for one exposition; what is more is counted with the next one.
const READINGS_MAX: u32 = 25;

/// A part of the way.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Labels {
    hop: &'static str,
    destination: String,
}

/// Times of each part.
pub(crate) type Histograms = Family<Labels, Histogram, fn() -> Histogram>;

/// None yet.
pub(crate) fn histograms() -> Histograms {
    Family::new_with_constructor(|| Histogram::new(BOUNDS_S))
}

/// How far the ledger has been read.
#[derive(Debug, Default)]
pub(crate) struct Hops {
    read: Option<u64>,
}

impl Hops {
    /// Takes in what is new in the ledger. The first time nothing is: what is counted begins then.
    pub(crate) fn take(&mut self, reader: &Reader, into: &Histograms) -> Result<(), JournalError> {
        let Some(mut read) = self.read else {
            self.read = Some(reader.last_line()?);
            return Ok(());
        };
        for _ in 0..READINGS_MAX {
            let lines = reader.lines_after(read, LINES_MAX)?;
            let is_last = lines.len() < LINES_MAX as usize;
            for line in lines {
                read = line.row;
                for (hop, took) in hops(&line.entry) {
                    into.get_or_create(&labels(&hop)).observe(took.as_secs_f64());
                }
            }
            self.read = Some(read);
            if is_last {
                break;
            }
        }
        Ok(())
    }
}

fn labels(hop: &Hop) -> Labels {
    let (hop, destination) = match hop {
        Hop::Taken => ("taken", String::new()),
        Hop::Judged => ("judged", String::new()),
        Hop::Journalled => ("journalled", String::new()),
        Hop::Sent(destination) => ("sent", destination.to_string()),
        Hop::Confirmed(destination) => ("confirmed", destination.to_string()),
    };
    Labels { hop, destination }
}

//! Numeric trends: what every number of a bed was over the days, thinned out to buckets of time.
//!
//! A bucket has the lowest, the highest and the last of the valid numbers that came in it, how many there were, and for how
//! much of its time there was a current value at all. What was stale, invalid, lost or of an operating mode other than
//! normal is time without a value: a gap, which nobody fills. A bucket can have a current value and no new number, when the
//! device is asked less often than buckets begin.
//!
//! - [`Gatherer`] makes buckets of reports. It knows no clock and no file: time comes with what it is given.
//! - [`crate::Journal::keep_trend`] puts them on disk when nothing more urgent waits, without waiting for the disk: what a power
//!   cut takes is a gap.
//! - [`crate::Reader::trend`] reads them back: of everybody who lay in the bed, or of one patient only.

mod code;
mod gather;
mod read;
pub(crate) mod store;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vigil_model::{Code, Containment, Quantity, Timestamp, Unit};

pub use gather::Gatherer;
pub use read::{Trend, TrendPoint, TrendQuery, Whose};

/// Beds that one piece of trend has at most: what an alarm may have to wait for.
pub(crate) const PIECE_ROWS: usize = 16;

/// One metric at one row of one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesKey {
    /// Configured id of the device.
    pub device: Arc<str>,
    /// Which metric.
    pub metric: Code,
    /// Its row in the device.
    pub containment: Containment,
    /// Unit of its numbers.
    pub unit: Option<Unit>,
}

/// The valid numbers of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// The lowest.
    pub min: Quantity,
    /// The highest.
    pub max: Quantity,
    /// The last.
    pub last: Quantity,
    /// How many there were, at least 1. An episodic value that a device repeats counts once.
    pub count: u32,
}

impl Spread {
    /// Of one number.
    pub const fn of(number: Quantity) -> Self {
        Self { min: number, max: number, last: number, count: 1 }
    }

    /// With what came later.
    #[must_use]
    pub fn then(self, later: Spread) -> Self {
        let lower = later.min.cmp_value(self.min).is_lt();
        let higher = later.max.cmp_value(self.max).is_gt();
        Self {
            min: if lower { later.min } else { self.min },
            max: if higher { later.max } else { self.max },
            last: later.last,
            count: self.count.saturating_add(later.count),
        }
    }
}

/// One metric in one stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Its numbers; `None` if no new one came.
    pub spread: Option<Spread>,
    /// For how much of the time there was a current value; zero is a gap as a whole.
    pub covered: Duration,
}

impl Bucket {
    /// With what came later, or another part of the same stretch.
    #[must_use]
    pub fn then(self, later: Bucket) -> Self {
        let spread = match (self.spread, later.spread) {
            (Some(earlier), Some(later)) => Some(earlier.then(later)),
            (earlier, later) => later.or(earlier),
        };
        Self { spread, covered: self.covered.saturating_add(later.covered) }
    }

    /// Whether there is anything to keep.
    pub fn is_gap(&self) -> bool {
        self.spread.is_none() && self.covered.is_zero()
    }
}

/// Who lies in a bed: the number of the association, and since when it counts. It names nobody by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Number of the association, from 1.
    pub association: u64,
    /// Since when the patient has been bound to the bed.
    pub opened: Timestamp,
}

/// One bed in one bucket, of one patient or of nobody who is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendRow {
    /// Configured id of the bed.
    pub bed: Arc<str>,
    /// Start of the bucket, a multiple of its length.
    pub start: Timestamp,
    /// Length of the bucket, whole seconds.
    pub length: Duration,
    /// Number of the association of who was bound to the bed; 0 if nobody was, or it is in doubt who.
    pub association: u64,
    /// The series that are not a gap as a whole, ascending by position in the catalogue.
    pub entries: Vec<(u32, Bucket)>,
}

/// All series that can be in rows, by position: bed and metric.
pub type Catalogue = Arc<[(Arc<str>, SeriesKey)]>;

/// A few rows that go to disk in one go.
#[derive(Clone, Debug)]
pub struct TrendPiece {
    /// What positions in the rows stand for.
    pub catalogue: Catalogue,
    /// The rows.
    pub rows: Vec<TrendRow>,
}

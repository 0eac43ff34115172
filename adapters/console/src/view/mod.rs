//! What people and programs see: plain data, serialised as the API has it.
//!
//! A value that is not current has no place in these types where a number could stand.

mod alarm;
mod bed;
mod bench;
mod counters;
mod destination;
mod device;
mod ledger;
mod link;
mod text;
mod ward;

pub use alarm::{Alarm, Call, Escalated, Held, Source};
pub use bed::{Bed, Binding, Hold, Part, Reach, Score};
pub use bench::{Configuration, Finding, Port, Probe, Probed};
pub use counters::Counters;
pub use destination::{Connection, Destination, Sent, Waiting};
pub use device::{Clock, Device, DeviceLink, DeviceLinkState, Identity, Limit, Metric, Number, Reading};
pub use ledger::{Answered, Ledger, Passage, Told};
pub use link::{Link, Unit};
pub use text::{Moment, Text};
pub use ward::{About, Picture};

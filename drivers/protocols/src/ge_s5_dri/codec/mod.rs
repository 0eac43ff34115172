//! Frames of the S/5 Computer Interface and what is in them, in both directions.
//!
//! | file          | what it knows                                                         |
//! |---------------|-----------------------------------------------------------------------|
//! | [`mod@frame`] | flags, escapes, checksum: bytes on the wire ⇄ records                 |
//! | [`record`]    | header and subrecord list: records ⇄ subrecords                       |
//! | [`requests`]  | the closed list of what a host can ask for                            |
//! | [`numbers`]   | a subrecord of numbers: fields and special values                     |
//! | [`groups`]    | the measurements in it, and where they are                            |
//! | [`labels`]    | what the labels of groups mean                                        |
//! | [`waves`]     | a subrecord of a wave: status and samples                             |
//! | [`alarms`]    | a subrecord of alarms: the five texts on the monitor's screen         |
//!
//! What a number means, as metric and unit, is not known here but in the table of the driver. Source of all layouts:
//! GE S/5 Computer Interface Specification M1017617 and DRI record specification 8005313, 12th editions.

pub mod alarms;
pub mod frame;
pub mod groups;
pub mod labels;
pub mod numbers;
pub mod record;
pub mod requests;
pub mod waves;

pub use alarms::{AlarmDisplay, AlarmText, Colour};
pub use frame::{Deframer, frame};
pub use groups::{Class, Group, GroupHead};
pub use numbers::{Numbers, NumbersKind};
pub use record::{MainType, Record, Subrecord};
pub use requests::{AlarmCommand, Classes, Interval, Request};
pub use waves::Wave;

use vigil_model::{Fault, FaultKind};

/// What one subrecord holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Numbers of one class.
    Numbers(Box<Numbers>),
    /// The alarms on the screen.
    Alarms(AlarmDisplay),
    /// A piece of a wave.
    Wave(Wave),
    /// A host's request, heard as an echo or on a tapped line.
    Request(Request),
}

/// The parts of a record in their order. A part that cannot be read, or that is not covered here, is a fault.
pub fn parts(record: &Record) -> Vec<Result<Part, Fault>> {
    record.subrecords.iter().map(|subrecord| part(record, subrecord)).collect()
}

fn part(record: &Record, subrecord: &Subrecord) -> Result<Part, Fault> {
    if subrecord.kind == requests::REQUEST {
        return requests::parse(record.main, &subrecord.body).map(Part::Request).ok_or_else(|| {
            let detail = format!("A request of main type {} that is not in the list.", record.main.number());
            Fault::new(FaultKind::Unexpected, subrecord.body.len(), detail)
        });
    }
    match record.main {
        MainType::Numbers => Numbers::decode(subrecord).map(|numbers| Part::Numbers(Box::new(numbers))),
        MainType::Alarms => AlarmDisplay::decode(subrecord).map(Part::Alarms),
        MainType::Waves => Wave::decode(subrecord).map(Part::Wave),
        MainType::Network | MainType::Other(_) => {
            let detail = format!("{} of type {}; they are not covered.", record.main.title(), subrecord.kind);
            Err(Fault::new(FaultKind::Unexpected, subrecord.body.len(), detail))
        }
    }
}

//! Messages of the IntelliVue Data Export protocol, in both directions.
//!
//! | file            | what it knows                                                             |
//! |-----------------|----------------------------------------------------------------------------|
//! | [`mod@frame`]   | RS-232: bytes on the wire ⇄ messages                                       |
//! | [`datagrams`]   | recorded UDP datagrams: bytes → messages                                   |
//! | [`message`]     | what kind of message it is: association steps, requests, results, errors   |
//! | [`association`] | association request and answer, options that are granted                   |
//! | [`request`]     | the closed list of what a host can send                                    |
//! | [`poll`]        | poll results: contexts, objects, attribute lists                           |
//! | [`attribute`]   | attributes: numbers, strings, times, identity                              |
//! | [`wave`]        | samples, their description, the waves that can be asked for               |
//! | [`alarm`]       | alarm lists                                                                |
//! | [`float`]       | numbers                                                                    |
//! | [`time`]        | date and time                                                              |
//!
//! What a number means, as metric and unit, is not known here but in the table of the driver. All numbers are big-endian.
//! No part of a message holds another of its own kind, so reading needs no recursion. Source of all layouts: Philips "Data
//! Export Interface Programming Guide" 4535 642 59271.

pub mod alarm;
pub mod association;
pub mod attribute;
mod bytes;
pub mod datagrams;
pub mod float;
pub mod frame;
pub mod message;
pub mod poll;
pub mod request;
pub mod time;
pub mod wave;

pub use alarm::{AlarmEntry, AlarmInfo};
pub use association::{Accepted, Options};
pub use attribute::{Attribute, AttributeList, Number, State};
pub use datagrams::Splitter;
pub use float::Float;
pub use frame::{Deframer, frame};
pub use message::{CreateEvent, Link, Malformed, Message, PollAnswer};
pub use poll::{Context, Object, PollResult};
pub use request::{Polled, Request, Streamed};
pub use wave::{WaveName, WaveSet};

/// Most bytes of a message. Monitors keep to the negotiated 1000, or to the 1456 of a network packet.
pub const MESSAGE_BYTES_MAX: usize = 4_096;

/// A managed object: class, and the context and handle that tell it from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId {
    /// Object class (partition 1), 33 for the monitor.
    pub class: u16,
    /// Context: tells apart the servers behind one monitor.
    pub context: u16,
    /// Handle, unique within its context.
    pub handle: u16,
}

impl ObjectId {
    /// The monitor as a whole.
    pub const MONITOR: ObjectId = ObjectId { class: class::MONITOR, context: 0, handle: 0 };

    fn decode(reader: &mut bytes::Reader<'_>) -> Option<Self> {
        Some(Self { class: reader.u16()?, context: reader.u16()?, handle: reader.u16()? })
    }

    fn encode(self, out: &mut Vec<u8>) {
        [self.class, self.context, self.handle].iter().for_each(|number| bytes::put_u16(out, *number));
    }
}

/// Object classes (partition 1).
pub mod class {
    /// Numerics.
    pub const NUMERIC: u16 = 6;
    /// Waves.
    pub const WAVE: u16 = 9;
    /// The monitor itself.
    pub const MONITOR: u16 = 33;
    /// The patient. Never asked for.
    pub const DEMOGRAPHICS: u16 = 42;
    /// The alarm monitor.
    pub const ALARM_MONITOR: u16 = 54;
}

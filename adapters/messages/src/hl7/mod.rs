//! HL7 v2: reading and writing, and the messages of the IHE device profiles.
//!
//! Reading: [`Message::parse`] finds every segment and field in one pass and copies nothing; repetitions, components and
//! text are taken apart when asked for. Writing: [`write::SegmentWriter`] appends straight to a byte vector. Framing
//! (MLLP) is not here.
//!
//! Out: [`oru_r01`] (PCD-01), [`oru_r40`] (PCD-04), [`oru_r42`] (PCD-10), [`association`] (DEV-51, DEV-52). In: [`ora_r41`] (PCD-05), [`association`].

pub mod ack;
pub mod adt;
pub mod alert_id;
pub mod association;
mod characters;
pub mod convert;
pub mod device;
pub mod encoding;
mod escape;
pub mod file_text;
pub mod header;
pub mod local_codes;
pub mod message;
pub mod ora_r41;
pub mod oru_r01;
pub mod oru_r40;
pub mod oru_r42;
pub mod patient;
mod scan;
pub mod segment;
pub mod time;
pub mod value;
pub mod watchdog;
pub mod write;
pub mod zone;

pub use ack::{Ack, AckCode, AckError, AckParseError, Verdict};
pub use alert_id::{AlertId, AlertIdError};
pub use association::Association;
pub use encoding::{CharacterSet, Encoding};
pub use file_text::from_file_text;
pub use message::{Message, ParseError};
pub use ora_r41::AlertStatus;
pub use segment::{FieldError, FieldProblem, Segment, SegmentName};
pub use time::{Dtm, Precision};
pub use value::{Decoded, Presence, Value};

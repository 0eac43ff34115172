//! Alarm lists of the alarm monitor.

use std::sync::Arc;

use super::ObjectId;
use super::attribute::{Attribute, utf16};
use super::bytes::{Reader, put_list, put_sized, put_u16, put_u32};

/// Information with an alarm: without and with a text.
const INFO_GENERAL: u16 = 513;
const INFO_TEXT: u16 = 516;

/// Alarm type bits, of the patient in the high byte and of equipment in the low byte.
pub mod kind {
    /// High priority.
    pub const HIGH: u16 = 0x0404;
    /// Medium priority.
    pub const MEDIUM: u16 = 0x0202;
    /// Low priority.
    pub const LOW: u16 = 0x0101;
    /// Of the patient.
    pub const PATIENT: u16 = 0xFF00;
    /// Of equipment.
    pub const TECHNICAL: u16 = 0x00FF;
}

/// Alarm state bits.
pub mod state {
    /// The alarm is switched off.
    pub const INHIBITED: u16 = 0x8000;
    /// Alarms are paused.
    pub const SUSPENDED: u16 = 0x4000;
    /// Over, and shown until somebody acknowledges.
    pub const LATCHED: u16 = 0x2000;
    /// Acknowledged.
    pub const SILENCED: u16 = 0x1000;
    /// The monitor is in test mode.
    pub const TEST: u16 = 0x0400;
    /// The monitor is in standby.
    pub const STANDBY: u16 = 0x0200;
    /// The monitor is in demonstration mode.
    pub const DEMO: u16 = 0x0100;
    /// New.
    pub const NEW: u16 = 0x0008;
}

/// One alarm of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmEntry {
    /// What it is about: physiological id, or object class if the lowest bit of the code is set.
    pub source: u16,
    /// Event (partition 3); its lowest bit says where the source comes from.
    pub code: u16,
    /// Whom it is about and how urgent it is, see [`kind`]; 0 is no alarm.
    pub kind: u16,
    /// See [`state`].
    pub state: u16,
    /// The object it is about.
    pub object: ObjectId,
    /// What else is said.
    pub info: AlarmInfo,
}

/// What is said with an alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlarmInfo {
    /// Its number among alarms of the same kind, its text as a number and perhaps as text.
    Known {
        /// Number of this alarm.
        instance: u16,
        /// Text, as a number.
        text_id: u32,
        /// Priority among alarms of the same type.
        priority: u16,
        /// Flags.
        flags: u16,
        /// Text on the screen, in the monitor's language.
        text: Option<Arc<str>>,
    },
    /// In a form that is not known.
    Other(u16, Vec<u8>),
}

impl AlarmEntry {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            source: reader.u16()?,
            code: reader.u16()?,
            kind: reader.u16()?,
            state: reader.u16()?,
            object: ObjectId::decode(reader)?,
            info: AlarmInfo::decode(reader.u16()?, reader.sized()?)?,
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        [self.source, self.code, self.kind, self.state].iter().for_each(|number| put_u16(out, *number));
        self.object.encode(out);
        self.info.encode(out);
    }

    /// Reads the value of an alarm list; `None` if it is no list.
    pub fn list(value: &[u8]) -> Option<Vec<AlarmEntry>> {
        let mut reader = Reader::new(value);
        let entries = reader.list(AlarmEntry::decode)?;
        reader.is_empty().then_some(entries)
    }

    /// Writes an alarm list.
    pub fn attribute(id: u16, entries: &[AlarmEntry]) -> Attribute {
        let mut value = Vec::new();
        put_list(&mut value, entries, |out, entry| entry.encode(out));
        Attribute { id, value }
    }
}

impl AlarmInfo {
    fn decode(form: u16, bytes: &[u8]) -> Option<Self> {
        if form != INFO_GENERAL && form != INFO_TEXT {
            return Some(AlarmInfo::Other(form, bytes.to_vec()));
        }
        let mut reader = Reader::new(bytes);
        let (instance, text_id, priority, flags) = (reader.u16()?, reader.u32()?, reader.u16()?, reader.u16()?);
        let text = if form == INFO_TEXT { Some(utf16(reader.sized()?)) } else { None };
        Some(AlarmInfo::Known { instance, text_id, priority, flags, text })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            AlarmInfo::Known { instance, text_id, priority, flags, text } => {
                put_u16(out, if text.is_some() { INFO_TEXT } else { INFO_GENERAL });
                put_sized(out, |out| {
                    put_u16(out, *instance);
                    put_u32(out, *text_id);
                    put_u16(out, *priority);
                    put_u16(out, *flags);
                    if let Some(text) = text {
                        put_sized(out, |out| text.encode_utf16().chain([0]).for_each(|unit| put_u16(out, unit)));
                    }
                });
            }
            AlarmInfo::Other(form, bytes) => {
                put_u16(out, *form);
                put_sized(out, |out| out.extend(bytes));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::attribute::id;
    use super::*;
    use proptest::prelude::*;

    fn any_info() -> impl Strategy<Value = AlarmInfo> {
        let known = (any::<u16>(), any::<u32>(), any::<u16>(), proptest::option::of("[ -~]{0,20}")).prop_map(
            |(instance, text_id, priority, text)| AlarmInfo::Known {
                instance,
                text_id,
                priority,
                flags: 0,
                text: text.map(|text| text.trim().into()),
            },
        );
        let other = proptest::collection::vec(any::<u8>(), 0..9).prop_map(|bytes| AlarmInfo::Other(600, bytes));
        prop_oneof![known, other]
    }

    fn any_entry() -> impl Strategy<Value = AlarmEntry> {
        let numbers = proptest::array::uniform7(any::<u16>());
        (numbers, any_info()).prop_map(|([source, code, kind, state, class, context, handle], info)| AlarmEntry {
            source,
            code,
            kind,
            state,
            object: ObjectId { class, context, handle },
            info,
        })
    }

    proptest! {
        #[test]
        fn writing_and_reading_is_identity(entries in proptest::collection::vec(any_entry(), 0..6)) {
            let attribute = AlarmEntry::attribute(id::PATIENT_ALARMS, &entries);
            prop_assert_eq!(AlarmEntry::list(&attribute.value), Some(entries));
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = AlarmEntry::list(&bytes);
        }
    }
}

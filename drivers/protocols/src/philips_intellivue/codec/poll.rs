//! Poll results: what the monitor says about objects of one class.

use super::attribute::AttributeList;
use super::bytes::{Reader, put_list, put_sized, put_u16, put_u32};
use super::time;
use vigil_model::Timestamp;

/// Object classes are of this partition.
const PARTITION_OBJECTS: u16 = 1;

/// What the monitor says about objects of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollResult {
    /// Number of the poll, as the request gave it.
    pub number: u16,
    /// Which of the results of an extended poll, counted from 0; `None` for a single poll.
    pub sequence: Option<u16>,
    /// Time of the values, ticks of 1/8000 s.
    pub relative_time: u32,
    /// Time of the values, if the monitor gives it here.
    pub absolute_time: Option<Timestamp>,
    /// Class of the objects.
    pub class: u16,
    /// Attribute group that was asked for, 0 for all.
    pub group: u16,
    /// The objects.
    pub contexts: Vec<Context>,
}

/// Objects of one context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Which context.
    pub id: u16,
    /// Its objects.
    pub objects: Vec<Object>,
}

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its handle.
    pub handle: u16,
    /// Its attributes.
    pub attributes: AttributeList,
}

impl PollResult {
    pub(super) fn decode(bytes: &[u8], is_extended: bool) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let number = reader.u16()?;
        let sequence = if is_extended { Some(reader.u16()?) } else { None };
        let relative_time = reader.u32()?;
        let absolute_time = time::decode(reader.take(time::BYTES)?.try_into().ok()?);
        if reader.u16()? != PARTITION_OBJECTS {
            return None;
        }
        let (class, group) = (reader.u16()?, reader.u16()?);
        let contexts = reader.list(Context::decode)?;
        let result = Self { number, sequence, relative_time, absolute_time, class, group, contexts };
        reader.is_empty().then_some(result)
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_u16(out, self.number);
        if let Some(sequence) = self.sequence {
            put_u16(out, sequence);
        }
        put_u32(out, self.relative_time);
        out.extend(self.absolute_time.map_or(time::NOT_GIVEN, time::encode));
        [PARTITION_OBJECTS, self.class, self.group].iter().for_each(|number| put_u16(out, *number));
        put_list(out, &self.contexts, |out, context| context.encode(out));
    }

    /// All objects with their contexts.
    pub fn objects(&self) -> impl Iterator<Item = (u16, &Object)> {
        self.contexts.iter().flat_map(|context| context.objects.iter().map(move |object| (context.id, object)))
    }
}

impl Context {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let object = |reader: &mut Reader<'_>| {
            Some(Object { handle: reader.u16()?, attributes: AttributeList::decode(reader)? })
        };
        Some(Self { id: reader.u16()?, objects: reader.list(object)? })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        put_u16(out, self.id);
        put_list(out, &self.objects, |out, object| {
            put_u16(out, object.handle);
            object.attributes.encode(out);
        });
    }
}

/// The action of a poll with what stands behind it, as result.
pub(super) fn put_action(out: &mut Vec<u8>, action: u16, result: &PollResult) {
    put_u16(out, action);
    put_sized(out, |out| result.encode(out));
}

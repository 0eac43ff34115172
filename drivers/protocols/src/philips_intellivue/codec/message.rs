//! Messages: what kind each is, and for data messages what stands in it.

use super::association::{self, Accepted};
use super::attribute::AttributeList;
use super::bytes::{Reader, put_list, put_sized, put_u16, put_u32};
use super::poll::{PollResult, put_action};
use super::request::{ATTRIBUTE_WAVE_PRIORITY, EVENT_MDS_CREATE, Request, data};
use super::{ObjectId, class};

/// First bytes of messages.
pub(super) mod first {
    pub(in super::super) const INDICATION: u8 = 0x00;
    pub(in super::super) const RELEASE: u8 = 0x09;
    pub(in super::super) const RELEASED: u8 = 0x0A;
    pub(in super::super) const REFUSE: u8 = 0x0C;
    pub(in super::super) const ASSOCIATE: u8 = 0x0D;
    pub(in super::super) const ACCEPT: u8 = 0x0E;
    pub(in super::super) const ABORT: u8 = 0x19;
    pub(in super::super) const DATA: u8 = 0xE1;
    /// Session and context of every data message.
    pub(in super::super) const DATA_HEAD: [u8; 4] = [DATA, 0x00, 0x00, 0x02];
}

/// Kinds of remote operations.
pub(super) mod remote {
    pub(in super::super) const INVOKE: u16 = 1;
    pub(in super::super) const RESULT: u16 = 2;
    pub(in super::super) const ERROR: u16 = 3;
    pub(in super::super) const LINKED_RESULT: u16 = 5;
}

/// Commands.
pub(super) mod command {
    pub(in super::super) const CONFIRMED_EVENT: u16 = 1;
    pub(in super::super) const CONFIRMED_SET: u16 = 5;
    pub(in super::super) const CONFIRMED_ACTION: u16 = 7;
}

/// Actions.
pub(super) mod action {
    pub(in super::super) const POLL: u16 = 0x0C16;
    pub(in super::super) const EXTENDED_POLL: u16 = 0xF13B;
}

/// A message that is not of its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} cannot be read: a length or count in it does not fit")]
pub struct Malformed(&'static str);

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A host's message of the closed list, heard by a device, as an echo or on a tapped line.
    Request(Request),
    /// A host's message that is not in the list, with what it is.
    OtherRequest(&'static str),
    /// The monitor accepts the association.
    Accepted(Accepted),
    /// The monitor refuses the association.
    Refused,
    /// The monitor has released the association.
    Released,
    /// The other side ends the association.
    Aborted,
    /// The monitor says on a network that it is there.
    Indication,
    /// The monitor says who it is; it must be answered.
    CreateEvent(Box<CreateEvent>),
    /// An answer to a poll.
    PollAnswer(Box<PollAnswer>),
    /// The monitor has taken the choice of waves.
    WavesChosen {
        /// Number of the request.
        invoke_id: u16,
        /// Labels of the waves that it sends now.
        labels: Vec<u32>,
    },
    /// The monitor's answer to a request that this driver does not make.
    OtherAnswer {
        /// Its command.
        command: u16,
    },
    /// The monitor cannot do what was asked.
    Error {
        /// Number of the request.
        invoke_id: u16,
        /// Why.
        error: u16,
    },
    /// An event or request of the monitor that is not covered.
    OtherEvent {
        /// Its command.
        command: u16,
    },
}

/// The monitor says who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateEvent {
    /// Number of its message.
    pub invoke_id: u16,
    /// Relative time, ticks of 1/8000 s.
    pub relative_time: u32,
    /// Attributes of the monitor.
    pub attributes: AttributeList,
}

/// An answer to a poll, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollAnswer {
    /// Number of the request.
    pub invoke_id: u16,
    /// Which part it is; `None` for an answer in one piece, and for the empty one behind the last part.
    pub link: Option<Link>,
    /// What it says.
    pub result: PollResult,
}

/// Which part of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// 1 the first, 2 one in between, 3 the last.
    pub position: u8,
    /// Which part, from 1.
    pub count: u8,
}

impl Link {
    /// The first of several parts.
    pub const FIRST: u8 = 1;
    /// One in between.
    pub const MIDDLE: u8 = 2;
    /// The last one.
    pub const LAST: u8 = 3;
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// If it is not of its form.
    pub fn decode(bytes: &[u8]) -> Result<Message, Malformed> {
        if let Some(request) = Request::decode(bytes) {
            return Ok(Message::Request(request));
        }
        match bytes.first() {
            Some(&first::ASSOCIATE) => Ok(Message::OtherRequest("association request")),
            Some(&first::RELEASE) => Ok(Message::OtherRequest("release request")),
            Some(&first::ACCEPT) => {
                Accepted::decode(bytes).map(Message::Accepted).ok_or(Malformed("an association answer"))
            }
            Some(&first::REFUSE) => Ok(Message::Refused),
            Some(&first::RELEASED) => Ok(Message::Released),
            Some(&first::ABORT) => Ok(Message::Aborted),
            Some(&first::INDICATION) => Ok(Message::Indication),
            Some(&first::DATA) => data_message(bytes),
            Some(_) | None => Err(Malformed("a message of no known kind")),
        }
    }

    /// The message as it goes into a frame or datagram; `None` for what no simulated device says.
    pub fn encode(&self) -> Option<Vec<u8>> {
        match self {
            Message::Request(request) => Some(request.encode()),
            Message::Accepted(accepted) => Some(accepted.encode()),
            Message::Refused => Some(vec![first::REFUSE, 0]),
            Message::Released => Some(association::RELEASED.to_vec()),
            Message::Aborted => Some(association::ABORT.to_vec()),
            Message::CreateEvent(event) => Some(event.encode()),
            Message::PollAnswer(answer) => Some(answer.encode()),
            Message::Error { invoke_id, error } => {
                let mut out = first::DATA_HEAD.to_vec();
                put_u16(&mut out, remote::ERROR);
                put_sized(&mut out, |out| [*invoke_id, *error, 0].iter().for_each(|number| put_u16(out, *number)));
                Some(out)
            }
            Message::WavesChosen { invoke_id, labels } => {
                Some(data(remote::RESULT, *invoke_id, command::CONFIRMED_SET, |out| {
                    ObjectId::MONITOR.encode(out);
                    put_u16(out, 1);
                    put_sized(out, |out| {
                        put_u16(out, ATTRIBUTE_WAVE_PRIORITY);
                        put_sized(out, |out| put_list(out, labels, |out, label| put_u32(out, *label)));
                    });
                }))
            }
            Message::OtherRequest(_)
            | Message::Indication
            | Message::OtherAnswer { .. }
            | Message::OtherEvent { .. } => None,
        }
    }
}

fn data_message(bytes: &[u8]) -> Result<Message, Malformed> {
    let broken = Malformed("a data message");
    let mut reader = Reader::new(bytes);
    if reader.take(4).ok_or(broken)? != first::DATA_HEAD {
        return Err(Malformed("a data message of another session"));
    }
    let kind = reader.u16().ok_or(broken)?;
    let mut inside = Reader::new(reader.sized().filter(|_| reader.is_empty()).ok_or(broken)?);
    match kind {
        remote::INVOKE => invocation(&mut inside).ok_or(Malformed("a request or event")),
        remote::RESULT => answer(&mut inside, None).ok_or(Malformed("a result")),
        remote::LINKED_RESULT => {
            let link = inside.u8().zip(inside.u8()).map(|(position, count)| Link { position, count });
            let link = link.ok_or(Malformed("a part of a result"))?;
            answer(&mut inside, Some(link)).ok_or(Malformed("a part of a result"))
        }
        remote::ERROR => {
            let error = inside.u16().zip(inside.u16()).map(|(invoke_id, error)| Message::Error { invoke_id, error });
            error.ok_or(Malformed("an error"))
        }
        _ => Err(Malformed("a data message of no known kind")),
    }
}

/// Number, command and content of an operation that ends with the message.
fn operation<'a>(reader: &mut Reader<'a>) -> Option<(u16, u16, Reader<'a>)> {
    let (invoke_id, command) = (reader.u16()?, reader.u16()?);
    let content = reader.sized()?;
    reader.is_empty().then_some((invoke_id, command, Reader::new(content)))
}

fn invocation(reader: &mut Reader<'_>) -> Option<Message> {
    let (invoke_id, command, mut content) = operation(reader)?;
    match command {
        command::CONFIRMED_EVENT => {
            ObjectId::decode(&mut content)?;
            let relative_time = content.u32()?;
            if content.u16()? != EVENT_MDS_CREATE {
                return Some(Message::OtherEvent { command });
            }
            let mut inside = Reader::new(content.sized()?);
            ObjectId::decode(&mut inside)?;
            let attributes = AttributeList::decode(&mut inside)?;
            let event = CreateEvent { invoke_id, relative_time, attributes };
            (inside.is_empty() && content.is_empty()).then(|| Message::CreateEvent(Box::new(event)))
        }
        0 => Some(Message::OtherEvent { command }),
        3 => Some(Message::OtherRequest("get")),
        4 | 5 => Some(Message::OtherRequest("set")),
        command::CONFIRMED_ACTION => Some(Message::OtherRequest("poll")),
        _ => Some(Message::OtherRequest("request of no known kind")),
    }
}

fn answer(reader: &mut Reader<'_>, link: Option<Link>) -> Option<Message> {
    let (invoke_id, command, mut content) = operation(reader)?;
    if command == command::CONFIRMED_SET {
        let other = Some(Message::OtherAnswer { command });
        return chosen(&mut content).map(|labels| Message::WavesChosen { invoke_id, labels }).or(other);
    }
    if command != command::CONFIRMED_ACTION {
        return Some(Message::OtherAnswer { command });
    }
    ObjectId::decode(&mut content)?;
    let is_extended = match content.u16()? {
        action::POLL => false,
        action::EXTENDED_POLL => true,
        _ => return Some(Message::OtherAnswer { command }),
    };
    let result = PollResult::decode(content.sized()?, is_extended)?;
    let answer = PollAnswer { invoke_id, link, result };
    content.is_empty().then(|| Message::PollAnswer(Box::new(answer)))
}

/// The labels in the answer to the choice of waves; `None` if it is the answer to something else that was set.
fn chosen(content: &mut Reader<'_>) -> Option<Vec<u32>> {
    ObjectId::decode(content)?;
    let attributes = AttributeList::decode(content)?;
    let mut value = Reader::new(attributes.find(ATTRIBUTE_WAVE_PRIORITY)?);
    let labels = value.list(|reader| reader.u32())?;
    (content.is_empty() && value.is_empty()).then_some(labels)
}

impl CreateEvent {
    /// The event as a message.
    pub fn encode(&self) -> Vec<u8> {
        data(remote::INVOKE, self.invoke_id, command::CONFIRMED_EVENT, |out| {
            ObjectId::MONITOR.encode(out);
            put_u32(out, self.relative_time);
            put_u16(out, EVENT_MDS_CREATE);
            put_sized(out, |out| {
                ObjectId::MONITOR.encode(out);
                self.attributes.encode(out);
            });
        })
    }
}

impl PollAnswer {
    /// The answer as a message.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = first::DATA_HEAD.to_vec();
        put_u16(&mut out, if self.link.is_some() { remote::LINKED_RESULT } else { remote::RESULT });
        put_sized(&mut out, |out| {
            if let Some(link) = self.link {
                out.extend([link.position, link.count]);
            }
            put_u16(out, self.invoke_id);
            put_u16(out, command::CONFIRMED_ACTION);
            put_sized(out, |out| {
                ObjectId { class: class::MONITOR, ..ObjectId::default() }.encode(out);
                let is_extended = self.result.sequence.is_some();
                put_action(out, if is_extended { action::EXTENDED_POLL } else { action::POLL }, &self.result);
            });
        });
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Attribute, Context, Object, Options, class};
    use super::*;
    use proptest::prelude::*;

    fn any_attributes() -> impl Strategy<Value = AttributeList> {
        let attribute = (any::<u16>(), proptest::collection::vec(any::<u8>(), 0..12))
            .prop_map(|(id, value)| Attribute { id, value });
        proptest::collection::vec(attribute, 0..4).prop_map(AttributeList)
    }

    fn any_context() -> impl Strategy<Value = Context> {
        let object = (any::<u16>(), any_attributes()).prop_map(|(handle, attributes)| Object { handle, attributes });
        (any::<u16>(), proptest::collection::vec(object, 0..3)).prop_map(|(id, objects)| Context { id, objects })
    }

    fn any_message() -> impl Strategy<Value = Message> {
        let link = proptest::option::of((1u8..4, any::<u8>()).prop_map(|(position, count)| Link { position, count }));
        let contexts = proptest::collection::vec(any_context(), 0..3);
        let poll = (link, any::<[u16; 3]>(), proptest::option::of(any::<u16>()), any::<u32>(), contexts).prop_map(
            |(link, [invoke_id, number, class], sequence, relative_time, contexts)| {
                let absolute_time = None;
                let result = PollResult { number, sequence, relative_time, absolute_time, class, group: 0, contexts };
                Message::PollAnswer(Box::new(PollAnswer { invoke_id, link, result }))
            },
        );
        let create =
            (any::<u16>(), any::<u32>(), any_attributes()).prop_map(|(invoke_id, relative_time, attributes)| {
                Message::CreateEvent(Box::new(CreateEvent { invoke_id, relative_time, attributes }))
            });
        let error = (any::<u16>(), any::<u16>()).prop_map(|(invoke_id, error)| Message::Error { invoke_id, error });
        let accepted = any::<[u32; 3]>().prop_map(|[poll_period_ticks, message_bytes, options]| {
            Message::Accepted(Accepted { poll_period_ticks, message_bytes, options: Options(options) })
        });
        let plain = proptest::sample::select(vec![Message::Refused, Message::Released, Message::Aborted]);
        let chosen = (any::<u16>(), proptest::collection::vec(any::<u32>(), 0..6))
            .prop_map(|(invoke_id, labels)| Message::WavesChosen { invoke_id, labels });
        prop_oneof![1 => chosen, 4 => poll, 2 => create, 1 => error, 1 => accepted, 1 => plain]
    }

    proptest! {
        #[test]
        fn encoding_and_decoding_is_identity(message in any_message()) {
            let bytes = message.encode().unwrap();
            prop_assert_eq!(Message::decode(&bytes), Ok(message));
        }

        #[test]
        fn damaged_messages_are_survived(
            message in any_message(), at: prop::sample::Index, byte: u8, cut: prop::sample::Index,
        ) {
            let mut bytes = message.encode().unwrap();
            let index = at.index(bytes.len());
            bytes[index] = byte;
            let _ = Message::decode(&bytes);
            bytes.truncate(cut.index(bytes.len()));
            let _ = Message::decode(&bytes);
        }
    }

    #[test]
    fn a_message_with_something_behind_it_is_refused() {
        let mut bytes = Message::Error { invoke_id: 1, error: 2 }.encode().unwrap();
        bytes.push(0);
        assert!(Message::decode(&bytes).is_err());
        let event = CreateEvent { invoke_id: 1, relative_time: 2, attributes: AttributeList::default() };
        let mut bytes = event.encode();
        bytes.push(0);
        assert!(Message::decode(&bytes).is_err());
        assert_eq!(class::DEMOGRAPHICS, 42, "decoded if somebody else asked for it, and never used");
    }
}

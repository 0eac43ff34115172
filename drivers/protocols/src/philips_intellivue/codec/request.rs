//! What a host can send: the closed list. It associates and releases, answers the one event that must be answered, and
//! polls. It chooses which waves the monitor sends to this host; nothing else in it sets anything, and the patient's demographics cannot be asked for.

use super::association;
use super::bytes::{Reader, put_list, put_sized, put_u16, put_u32};
use super::message::{action, command, first, remote};
use super::{ObjectId, WaveSet, class};

/// Attribute group: all.
const GROUP_ALL: u16 = 0;
/// Attribute group: alarm lists.
const GROUP_ALARMS: u16 = 0x0801;
/// Attribute of an extended poll: for how long results are wanted, in ticks.
const ATTRIBUTE_POLL_TIME: u16 = 0xF13E;
/// Object classes are of this partition.
const PARTITION_OBJECTS: u16 = 1;

/// Attribute of the monitor: which waves it exports, by priority.
pub(super) const ATTRIBUTE_WAVE_PRIORITY: u16 = 0xF23A;
/// Modify operator "replace".
const REPLACE: u16 = 0;

/// Event "the monitor has been created".
pub(super) const EVENT_MDS_CREATE: u16 = 0x0D06;

/// Which objects can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Polled {
    /// All numerics with all attributes.
    Numerics,
    /// The alarm lists.
    Alarms,
    /// The monitor itself: identity, mode, time.
    Monitor,
}

impl Polled {
    /// All of them.
    pub const ALL: [Polled; 3] = [Polled::Numerics, Polled::Alarms, Polled::Monitor];

    /// Object class.
    pub const fn class(self) -> u16 {
        match self {
            Polled::Numerics => class::NUMERIC,
            Polled::Alarms => class::ALARM_MONITOR,
            Polled::Monitor => class::MONITOR,
        }
    }

    /// Attribute group.
    pub const fn group(self) -> u16 {
        match self {
            Polled::Numerics | Polled::Monitor => GROUP_ALL,
            Polled::Alarms => GROUP_ALARMS,
        }
    }

    /// What is asked for, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Polled::Numerics => "numerics",
            Polled::Alarms => "alarms",
            Polled::Monitor => "the monitor itself",
        }
    }
}

/// What a monitor sends by itself for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Streamed {
    /// All numerics with all attributes.
    Numerics,
    /// The waves that have been chosen.
    Waves,
}

impl Streamed {
    /// Object class.
    pub const fn class(self) -> u16 {
        match self {
            Streamed::Numerics => class::NUMERIC,
            Streamed::Waves => class::WAVE,
        }
    }

    /// What is asked for, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Streamed::Numerics => "numerics",
            Streamed::Waves => "waves",
        }
    }
}

/// A message of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// May we talk?
    Associate {
        /// Whether waves are wanted too: what is not asked for here is not granted later.
        waves: bool,
    },
    /// The end of a conversation.
    Release,
    /// The answer to the create event.
    CreateResult {
        /// Number of the event's message.
        invoke_id: u16,
    },
    /// Say it once.
    Poll {
        /// Number of this request.
        invoke_id: u16,
        /// What.
        polled: Polled,
    },
    /// Say this every 1.024 s for some time.
    ExtendedPoll {
        /// Number of this request.
        invoke_id: u16,
        /// What.
        streamed: Streamed,
        /// For how long, ticks of 1/8000 s.
        ticks: u32,
    },
    /// Export these waves: a choice of what is sent to this host, and of nothing else. A monitor exports none by itself.
    ChooseWaves {
        /// Number of this request.
        invoke_id: u16,
        /// Which.
        waves: WaveSet,
    },
}

/// Number of every poll. Results are told apart by the number of their message.
const POLL_NUMBER: u16 = 0;

impl Request {
    /// The request as a message.
    pub fn encode(self) -> Vec<u8> {
        match self {
            Request::Associate { waves } => association::request(waves),
            Request::Release => association::RELEASE.to_vec(),
            Request::CreateResult { invoke_id } => data(remote::RESULT, invoke_id, command::CONFIRMED_EVENT, |out| {
                ObjectId::MONITOR.encode(out);
                put_u32(out, 0);
                put_u16(out, EVENT_MDS_CREATE);
                put_u16(out, 0);
            }),
            Request::Poll { invoke_id, polled } => {
                poll(invoke_id, action::POLL, [polled.class(), polled.group()], |_| {})
            }
            Request::ChooseWaves { invoke_id, waves } => {
                data(remote::INVOKE, invoke_id, command::CONFIRMED_SET, |out| {
                    ObjectId::MONITOR.encode(out);
                    put_u32(out, 0);
                    put_u16(out, 1);
                    put_sized(out, |out| {
                        put_u16(out, REPLACE);
                        put_u16(out, ATTRIBUTE_WAVE_PRIORITY);
                        put_sized(out, |out| put_list(out, &waves.labels(), |out, label| put_u32(out, *label)));
                    });
                })
            }
            Request::ExtendedPoll { invoke_id, streamed, ticks } => {
                poll(invoke_id, action::EXTENDED_POLL, [streamed.class(), GROUP_ALL], |out| {
                    put_u16(out, 1);
                    put_sized(out, |out| {
                        put_u16(out, ATTRIBUTE_POLL_TIME);
                        put_sized(out, |out| put_u32(out, ticks));
                    });
                })
            }
        }
    }

    /// Reads a message of a host; `None` if it is not in the list, to the byte.
    pub fn decode(message: &[u8]) -> Option<Request> {
        let candidate = match *message.first()? {
            first::ASSOCIATE => {
                let waves = Request::Associate { waves: true };
                if waves.encode() == message { waves } else { Request::Associate { waves: false } }
            }
            first::RELEASE => Request::Release,
            first::DATA => Self::of_data(message)?,
            _ => return None,
        };
        (candidate.encode() == message).then_some(candidate)
    }

    /// What a data message looks like, going by where its numbers stand.
    fn of_data(message: &[u8]) -> Option<Request> {
        let number = |at: usize| Reader::new(message.get(at..)?).u16();
        let (kind, invoke_id) = (number(4)?, number(8)?);
        match (kind, number(10)?) {
            (remote::RESULT, command::CONFIRMED_EVENT) => Some(Request::CreateResult { invoke_id }),
            (remote::INVOKE, command::CONFIRMED_SET) => {
                let labels = Reader::new(message.get(34..)?).list(|reader| reader.u32())?;
                WaveSet::labelled(&labels).map(|waves| Request::ChooseWaves { invoke_id, waves })
            }
            (remote::INVOKE, command::CONFIRMED_ACTION) => match number(24)? {
                action::POLL => {
                    let class = number(32)?;
                    let polled = Polled::ALL.into_iter().find(|polled| polled.class() == class)?;
                    Some(Request::Poll { invoke_id, polled })
                }
                action::EXTENDED_POLL => {
                    let ticks = Reader::new(message.get(44..)?).u32()?;
                    let class = number(32)?;
                    let streamed = [Streamed::Numerics, Streamed::Waves].into_iter().find(|s| s.class() == class)?;
                    Some(Request::ExtendedPoll { invoke_id, streamed, ticks })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// For people: `poll of alarms`.
    pub fn describe(self) -> String {
        match self {
            Request::Associate { .. } => "association request".to_owned(),
            Request::Release => "release request".to_owned(),
            Request::CreateResult { .. } => "answer to the create event".to_owned(),
            Request::Poll { polled, .. } => format!("poll of {}", polled.title()),
            Request::ExtendedPoll { streamed, ticks, .. } => {
                format!("extended poll of {} for {} s", streamed.title(), ticks / 8_000)
            }
            Request::ChooseWaves { .. } => "choice of waves".to_owned(),
        }
    }
}

fn poll(invoke_id: u16, action: u16, [class, group]: [u16; 2], attributes: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    data(remote::INVOKE, invoke_id, command::CONFIRMED_ACTION, |out| {
        ObjectId::MONITOR.encode(out);
        put_u32(out, 0);
        put_u16(out, action);
        put_sized(out, |out| {
            [POLL_NUMBER, PARTITION_OBJECTS, class, group].iter().for_each(|number| put_u16(out, *number));
            attributes(out);
        });
    })
}

/// A data message.
pub(super) fn data(kind: u16, invoke_id: u16, command: u16, content: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = first::DATA_HEAD.to_vec();
    put_u16(&mut out, kind);
    put_sized(&mut out, |out| {
        put_u16(out, invoke_id);
        put_u16(out, command);
        put_sized(out, content);
    });
    out
}

#[cfg(test)]
mod tests {
    use super::super::WaveName;
    use super::*;

    fn requests() -> Vec<Request> {
        vec![
            Request::Associate { waves: false },
            Request::Associate { waves: true },
            Request::ChooseWaves { invoke_id: 5, waves: WaveSet::of([WaveName::Pleth]) },
            Request::ExtendedPoll { invoke_id: 1006, streamed: Streamed::Waves, ticks: 60_000 },
            Request::Release,
            Request::CreateResult { invoke_id: 1 },
            Request::Poll { invoke_id: 1001, polled: Polled::Monitor },
            Request::Poll { invoke_id: 2, polled: Polled::Alarms },
            Request::Poll { invoke_id: 3, polled: Polled::Numerics },
            Request::ExtendedPoll { invoke_id: 1003, streamed: Streamed::Numerics, ticks: 16_000 },
        ]
    }

    #[test]
    fn encoding_and_decoding_is_identity_and_nothing_else_is_in_the_list() {
        for request in requests() {
            let mut bytes = request.encode();
            assert_eq!(Request::decode(&bytes), Some(request));
            bytes.push(0);
            assert_eq!(Request::decode(&bytes), None);
        }
        // Demographics, and anything set but the choice of known waves.
        let mut demographics = Request::Poll { invoke_id: 1, polled: Polled::Monitor }.encode();
        demographics[33] = 42;
        assert_eq!(Request::decode(&demographics), None);
        let set = data(remote::INVOKE, 1, 5, |out| out.extend([0; 20]));
        assert_eq!(Request::decode(&set), None);
        let choice = Request::ChooseWaves { invoke_id: 1, waves: WaveSet::of([WaveName::Ecg]) }.encode();
        for at in 14..choice.len() {
            let mut other = choice.clone();
            other[at] ^= 1;
            let read = Request::decode(&other);
            let is_choice = read.is_none_or(|read| matches!(read, Request::ChooseWaves { .. }));
            assert!(is_choice, "{at}: {read:?}");
            assert!(read.is_none() || at >= 38, "another attribute than the choice of waves: {at}");
        }
    }

    /// As a client was seen to choose them (jaj42/intellipy, packet 69).
    #[test]
    fn the_choice_of_waves_is_what_a_real_monitor_has_accepted() {
        let choice = Request::ChooseWaves { invoke_id: 0x3ED, waves: WaveSet::of(WaveName::ALL) };
        let captured = "E10000020001003203ED0005002C002100000000000000000001001E0000F23A001800050014000201000002010100024BB4\
                        00024A1400025000";
        let hex: String = choice.encode().iter().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(hex, captured);
    }

    /// Frames that were published with their checks.
    #[test]
    fn published_frames_are_met() {
        let framed = |request: Request| super::super::frame(&request.encode());
        let create_result = framed(Request::CreateResult { invoke_id: 1 });
        #[rustfmt::skip]
        let published = [
            0xC0, 0x11, 0x01, 0x00, 0x1C, 0xE1, 0x00, 0x00, 0x02, 0x00, 0x02, 0x00, 0x14, 0x00, 0x01, 0x00, 0x01, 0x00,
            0x0E, 0x00, 0x21, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0D, 0x06, 0x00, 0x00, 0xC3, 0x09, 0xC1,
        ];
        assert_eq!(create_result, published);
        let poll = Request::Poll { invoke_id: 0x3E9, polled: Polled::Monitor }.encode();
        #[rustfmt::skip]
        let published = [
            0xC0, 0x11, 0x01, 0x00, 0x24, 0xE1, 0x00, 0x00, 0x02, 0x00, 0x01, 0x00, 0x1C, 0x03, 0xE9, 0x00, 0x07, 0x00,
            0x16, 0x00, 0x21, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0C, 0x16, 0x00, 0x08, 0x00, 0x00, 0x00,
            0x01, 0x00, 0x21, 0x00, 0x00, 0x2A, 0x43, 0xC1,
        ];
        assert_eq!(super::super::frame(&poll), published);
        let poll = Request::ExtendedPoll { invoke_id: 0x3EB, streamed: Streamed::Numerics, ticks: 16_000 }.encode();
        #[rustfmt::skip]
        let published = [
            0xC0, 0x11, 0x01, 0x00, 0x30, 0xE1, 0x00, 0x00, 0x02, 0x00, 0x01, 0x00, 0x28, 0x03, 0xEB, 0x00, 0x07, 0x00,
            0x22, 0x00, 0x21, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF1, 0x3B, 0x00, 0x14, 0x00, 0x00, 0x00,
            0x01, 0x00, 0x06, 0x00, 0x00, 0x00, 0x01, 0x00, 0x08, 0xF1, 0x3E, 0x00, 0x04, 0x00, 0x00, 0x3E, 0x80, 0x6F,
            0xF3, 0xC1,
        ];
        assert_eq!(super::super::frame(&poll), published);
    }
}

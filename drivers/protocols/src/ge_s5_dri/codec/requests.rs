//! What a host can ask a monitor for: to send or to stop sending. The list is closed; nothing in it changes a setting, an
//! alarm limit or a measurement.

use super::record::{MainType, Record};

/// Subrecord type of a request, whatever the main type.
pub(super) const REQUEST: u8 = 0;
/// Ends a list of wave types.
const WAVES_END: u8 = 0xFF;
/// Wave types in the first part of a request; monitors from CARESCAPE software 3 on take 16 more.
const WAVES_FIRST: usize = 8;

/// A request to the monitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Send or stop numbers.
    Numbers {
        /// Which.
        kind: RequestedNumbers,
        /// How often.
        interval: Interval,
        /// Which classes of them.
        classes: Classes,
    },
    /// Send these waves instead of those that are sent now; at most 8 here.
    StartWaves {
        /// Wave types, 1 to 39.
        types: Vec<u8>,
    },
    /// Stop all waves.
    StopWaves,
    /// About alarms.
    Alarms(AlarmCommand),
}

/// Which numbers are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestedNumbers {
    /// Those on the screen.
    Displayed,
    /// Trend values of 10 s.
    Trend10s,
    /// Trend values of 60 s.
    Trend60s,
    /// Auxiliary information.
    Auxiliary,
}

/// How often numbers are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// Now, once; a second such request within 5 s is ignored by the monitor.
    Once,
    /// No more.
    Stop,
    /// Every so many seconds, 5 or more for displayed values.
    Seconds(u16),
}

/// Classes of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classes {
    /// The basic class; the monitor sends it unless it is denied.
    pub basic: bool,
    /// First extension.
    pub ext1: bool,
    /// Second extension.
    pub ext2: bool,
    /// Third extension.
    pub ext3: bool,
}

impl Classes {
    /// All four.
    pub const ALL: Classes = Classes { basic: true, ext1: true, ext2: true, ext3: true };
    /// What stands in a request to stop: no extension.
    pub const BASIC: Classes = Classes { basic: true, ext1: false, ext2: false, ext3: false };

    const fn bits(self) -> u32 {
        (!self.basic) as u32 | (self.ext1 as u32) << 1 | (self.ext2 as u32) << 2 | (self.ext3 as u32) << 3
    }

    /// For people: `all classes`, `classes basic ext1`.
    fn describe(self) -> String {
        if self == Self::ALL {
            return "all classes".to_owned();
        }
        let names = [("basic", self.basic), ("ext1", self.ext1), ("ext2", self.ext2), ("ext3", self.ext3)];
        names
            .into_iter()
            .filter(|(_, is_asked)| *is_asked)
            .fold("classes".to_owned(), |text, (name, _)| text + " " + name)
    }

    const fn of_bits(bits: u32) -> Self {
        Classes { basic: bits & 1 == 0, ext1: bits & 2 != 0, ext2: bits & 4 != 0, ext3: bits & 8 != 0 }
    }
}

/// What is asked about alarms. Monitors of the CARESCAPE family answer; others have no alarm records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmCommand {
    /// Send the alarms that stand on the screen.
    SendStatus,
    /// Send them now and at every change, at most every 2 s.
    StartChangeMode,
    /// No longer at every change.
    StopChangeMode,
}

impl Request {
    /// The request as record without checksum.
    pub fn record(&self) -> Vec<u8> {
        let (main, body) = match self {
            Request::Numbers { kind, interval, classes } => {
                let mut body = vec![kind.number()];
                body.extend(interval.number().to_le_bytes());
                body.extend(classes.bits().to_le_bytes());
                body.extend([0; 2]);
                (MainType::Numbers, body)
            }
            Request::StartWaves { types } => (MainType::Waves, waves_body(0, types)),
            Request::StopWaves => (MainType::Waves, waves_body(1, &[])),
            Request::Alarms(command) => {
                let mut body = command.number().to_le_bytes().to_vec();
                body.extend([0; 10]);
                (MainType::Alarms, body)
            }
        };
        Record::request(main, body).encode().expect("a request has one subrecord of at most 32 bytes")
    }

    /// The request as it goes on the wire.
    pub fn frame(&self) -> Vec<u8> {
        super::frame(&self.record())
    }

    /// For people: `start displayed values every 10 s, all classes`.
    pub fn describe(&self) -> String {
        match self {
            Request::Numbers { kind, interval: Interval::Stop, .. } => format!("stop {}", kind.title()),
            Request::Numbers { kind, interval: Interval::Once, classes } => {
                format!("send {} once, {}", kind.title(), classes.describe())
            }
            Request::Numbers { kind, interval: Interval::Seconds(seconds), classes } => {
                format!("start {} every {seconds} s, {}", kind.title(), classes.describe())
            }
            Request::StartWaves { types } => format!("start waves {types:?}"),
            Request::StopWaves => "stop waves".to_owned(),
            Request::Alarms(AlarmCommand::SendStatus) => "send alarm status".to_owned(),
            Request::Alarms(AlarmCommand::StartChangeMode) => "start sending alarms at every change".to_owned(),
            Request::Alarms(AlarmCommand::StopChangeMode) => "stop sending alarms at every change".to_owned(),
        }
    }
}

/// The request in a subrecord of type 0; `None` if it is not in the list.
pub fn parse(main: MainType, body: &[u8]) -> Option<Request> {
    match main {
        MainType::Numbers => {
            let body: &[u8; 9] = body.try_into().ok()?;
            Some(Request::Numbers {
                kind: RequestedNumbers::of(body[0])?,
                interval: Interval::of(i16::from_le_bytes([body[1], body[2]]))?,
                classes: Classes::of_bits(u32::from_le_bytes([body[3], body[4], body[5], body[6]])),
            })
        }
        MainType::Waves => {
            let body: &[u8; 32] = body.try_into().ok()?;
            match i16::from_le_bytes([body[0], body[1]]) {
                0 => {
                    let types = body[4..4 + WAVES_FIRST].iter().copied().take_while(|kind| *kind != WAVES_END);
                    Some(Request::StartWaves { types: types.collect() })
                }
                1 => Some(Request::StopWaves),
                _ => None,
            }
        }
        MainType::Alarms => {
            let body: &[u8; 12] = body.try_into().ok()?;
            AlarmCommand::of(i16::from_le_bytes([body[0], body[1]])).map(Request::Alarms)
        }
        MainType::Network | MainType::Other(_) => None,
    }
}

fn waves_body(command: u16, types: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 32];
    body[..2].copy_from_slice(&command.to_le_bytes());
    let types = &types[..types.len().min(WAVES_FIRST)];
    body[4..4 + types.len()].copy_from_slice(types);
    if types.len() < WAVES_FIRST {
        body[4 + types.len()] = WAVES_END;
    }
    body
}

impl RequestedNumbers {
    const fn number(self) -> u8 {
        match self {
            RequestedNumbers::Displayed => 1,
            RequestedNumbers::Trend10s => 2,
            RequestedNumbers::Trend60s => 3,
            RequestedNumbers::Auxiliary => 4,
        }
    }

    const fn of(number: u8) -> Option<Self> {
        match number {
            1 => Some(RequestedNumbers::Displayed),
            2 => Some(RequestedNumbers::Trend10s),
            3 => Some(RequestedNumbers::Trend60s),
            4 => Some(RequestedNumbers::Auxiliary),
            _ => None,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            RequestedNumbers::Displayed => "displayed values",
            RequestedNumbers::Trend10s => "10 s trend",
            RequestedNumbers::Trend60s => "60 s trend",
            RequestedNumbers::Auxiliary => "auxiliary information",
        }
    }
}

impl Interval {
    fn number(self) -> i16 {
        match self {
            Interval::Once => -1,
            Interval::Stop => 0,
            Interval::Seconds(seconds) => i16::try_from(seconds).unwrap_or(i16::MAX),
        }
    }

    fn of(number: i16) -> Option<Self> {
        match number {
            -1 => Some(Interval::Once),
            0 => Some(Interval::Stop),
            seconds => u16::try_from(seconds).ok().map(Interval::Seconds),
        }
    }
}

impl AlarmCommand {
    const fn number(self) -> i16 {
        match self {
            AlarmCommand::SendStatus => 0,
            AlarmCommand::StartChangeMode => 2,
            AlarmCommand::StopChangeMode => 3,
        }
    }

    const fn of(number: i16) -> Option<Self> {
        match number {
            0 => Some(AlarmCommand::SendStatus),
            2 => Some(AlarmCommand::StartChangeMode),
            3 => Some(AlarmCommand::StopChangeMode),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Deframer, Part, parts};
    use super::*;
    use proptest::prelude::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    fn numbers(kind: RequestedNumbers, interval: Interval, classes: Classes) -> Request {
        Request::Numbers { kind, interval, classes }
    }

    /// The worked frames of M1017617, appendix A.
    #[test]
    fn worked_frames_are_reproduced_to_the_byte() {
        let head =
            |length: &str, main: &str| format!("7E{length}{}{main}000000000000FF{}", "00".repeat(13), "00".repeat(18));
        let cases = [
            (
                numbers(RequestedNumbers::Displayed, Interval::Seconds(10), Classes::ALL),
                head("31", "00") + "010A000E0000000000497E",
            ),
            (
                numbers(RequestedNumbers::Displayed, Interval::Stop, Classes::BASIC),
                head("31", "00") + "010000000000000000317E",
            ),
            (
                numbers(RequestedNumbers::Trend60s, Interval::Seconds(60), Classes::ALL),
                head("31", "00") + "033C000E00000000007D5D7E",
            ),
            (
                numbers(RequestedNumbers::Trend60s, Interval::Stop, Classes::BASIC),
                head("31", "00") + "030000000000000000337E",
            ),
            (Request::StartWaves { types: vec![1] }, head("48", "01") + "0000000001FF" + &"00".repeat(26) + "487E"),
        ];
        for (request, want) in cases {
            assert_eq!(hex(&request.frame()), want, "{}", request.describe());
        }
    }

    fn any_request() -> impl Strategy<Value = Request> {
        let kind = prop_oneof![
            Just(RequestedNumbers::Displayed),
            Just(RequestedNumbers::Trend10s),
            Just(RequestedNumbers::Trend60s),
            Just(RequestedNumbers::Auxiliary)
        ];
        let interval =
            prop_oneof![Just(Interval::Once), Just(Interval::Stop), (1u16..=32_767).prop_map(Interval::Seconds)];
        let command = prop_oneof![
            Just(AlarmCommand::SendStatus),
            Just(AlarmCommand::StartChangeMode),
            Just(AlarmCommand::StopChangeMode)
        ];
        prop_oneof![
            (kind, interval, 0u32..16).prop_map(|(kind, interval, bits)| numbers(
                kind,
                interval,
                Classes::of_bits(bits)
            )),
            proptest::collection::vec(1u8..40, 0..=WAVES_FIRST).prop_map(|types| Request::StartWaves { types }),
            Just(Request::StopWaves),
            command.prop_map(Request::Alarms),
        ]
    }

    proptest! {
        #[test]
        fn sending_and_parsing_is_identity(request in any_request()) {
            let mut deframer = Deframer::new();
            deframer.push(&request.frame());
            let record = Record::decode(&deframer.next_frame().unwrap().unwrap()).unwrap();
            prop_assert_eq!(parts(&record), [Ok(Part::Request(request))]);
        }
    }
}

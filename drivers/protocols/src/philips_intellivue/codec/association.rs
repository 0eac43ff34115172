//! Association request and answer: constant blocks around 72 bytes in which both sides say what they can do.
//!
//! The blocks are the session, presentation and association-control headers that the guide prints ("Association Control
//! Protocol"). Only the options in them are of interest.

use super::bytes::{Reader, put_list, put_sized, put_u16, put_u32};
use super::time::TICKS_PER_SECOND;

/// Session and presentation headers of the request, up to the length of the user block.
#[rustfmt::skip]
const REQUEST_HEAD: &[u8] = &[
    0x0D, 0xEC, 0x05, 0x08, 0x13, 0x01, 0x00, 0x16, 0x01, 0x02, 0x80, 0x00, 0x14, 0x02, 0x00, 0x02, 0xC1, 0xDC,
    0x31, 0x80, 0xA0, 0x80, 0x80, 0x01, 0x01, 0x00, 0x00, 0xA2, 0x80, 0xA0, 0x03, 0x00, 0x00, 0x01,
    0xA4, 0x80, 0x30, 0x80, 0x02, 0x01, 0x01, 0x06, 0x04, 0x52, 0x01, 0x00, 0x01,
    0x30, 0x80, 0x06, 0x02, 0x51, 0x01, 0x00, 0x00, 0x00, 0x00,
    0x30, 0x80, 0x02, 0x01, 0x02, 0x06, 0x0C, 0x2A, 0x86, 0x48, 0xCE, 0x14, 0x02, 0x01, 0x00, 0x00, 0x00, 0x01, 0x01,
    0x30, 0x80, 0x06, 0x0C, 0x2A, 0x86, 0x48, 0xCE, 0x14, 0x02, 0x01, 0x00, 0x00, 0x00, 0x02, 0x01,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x61, 0x80, 0x30, 0x80, 0x02, 0x01, 0x01, 0xA0, 0x80, 0x60, 0x80,
    0xA1, 0x80, 0x06, 0x0C, 0x2A, 0x86, 0x48, 0xCE, 0x14, 0x02, 0x01, 0x00, 0x00, 0x00, 0x03, 0x01, 0x00, 0x00,
    0xBE, 0x80, 0x28, 0x80, 0x06, 0x0C, 0x2A, 0x86, 0x48, 0xCE, 0x14, 0x02, 0x01, 0x00, 0x00, 0x00, 0x01, 0x01,
    0x02, 0x01, 0x02, 0x81,
];

/// The same of the answer that accepts.
#[rustfmt::skip]
const ANSWER_HEAD: &[u8] = &[
    0x0E, 0xCE, 0x05, 0x08, 0x13, 0x01, 0x00, 0x16, 0x01, 0x02, 0x80, 0x00, 0x14, 0x02, 0x00, 0x02, 0xC1, 0xBE,
    0x31, 0x80, 0xA0, 0x80, 0x80, 0x01, 0x01, 0x00, 0x00, 0xA2, 0x80, 0xA0, 0x03, 0x00, 0x00, 0x01,
    0xA5, 0x80, 0x30, 0x80, 0x80, 0x01, 0x00, 0x81, 0x02, 0x51, 0x01, 0x00, 0x00,
    0x30, 0x80, 0x80, 0x01, 0x00, 0x81, 0x0C, 0x2A, 0x86, 0x48, 0xCE, 0x14, 0x02, 0x01, 0x00, 0x00, 0x00, 0x02, 0x01,
    0x00, 0x00, 0x00, 0x00,
    0x61, 0x80, 0x30, 0x80, 0x02, 0x01, 0x01, 0xA0, 0x80, 0x61, 0x80,
    0xA1, 0x80, 0x06, 0x0C, 0x2A, 0x86, 0x48, 0xCE, 0x14, 0x02, 0x01, 0x00, 0x00, 0x00, 0x03, 0x01, 0x00, 0x00,
    0xA2, 0x03, 0x02, 0x01, 0x00, 0xA3, 0x05, 0xA1, 0x03, 0x02, 0x01, 0x00,
    0xBE, 0x80, 0x28, 0x80, 0x02, 0x01, 0x02, 0x81,
];

/// End of contents, at the end of both.
const TAIL: [u8; 16] = [0; 16];

/// Where the user information begins, and what stands right before the length of the user block.
const USER_INFORMATION: [u8; 4] = [0xBE, 0x80, 0x28, 0x80];
const USER_BLOCK: [u8; 4] = [0x02, 0x01, 0x02, 0x81];

/// A request to release, and the answer to it.
pub(super) const RELEASE: [u8; 26] = release(0x09, 0x62);
pub(super) const RELEASED: [u8; 26] = release(0x0A, 0x63);

/// The monitor ends the conversation (guide, "Association Abort Message").
#[rustfmt::skip]
pub(super) const ABORT: [u8; 48] = [
    0x19, 0x2E, 0x11, 0x01, 0x03, 0xC1, 0x29, 0xA0, 0x80, 0xA0, 0x80, 0x30, 0x80, 0x02, 0x01, 0x01, 0x06, 0x02, 0x51, 0x01,
    0x00, 0x00, 0x00, 0x00, 0x61, 0x80, 0x30, 0x80, 0x02, 0x01, 0x01, 0xA0, 0x80, 0x64, 0x80, 0x80, 0x01, 0x01,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
];

const fn release(first: u8, kind: u8) -> [u8; 26] {
    [
        first, 0x18, 0xC1, 0x16, 0x61, 0x80, 0x30, 0x80, 0x02, 0x01, 0x01, 0xA0, 0x80, kind, 0x80, 0x80, 0x01, 0, 0, 0,
        0, 0, 0, 0, 0, 0,
    ]
}

const PROTOCOL_VERSION: u32 = 0x8000_0000;
const NOMENCLATURE: u32 = 0x4000_0000;
const CLIENT: u32 = 0x8000_0000;
const SERVER: u32 = 0x0080_0000;
const COLD_START: u32 = 0x2000_0000;
const POLL_PROFILE_REVISION: u32 = 0x8000_0000;
const DYNAMIC_OBJECTS: u32 = 0x6000_0000;
const PROFILE_POLL: u16 = 0x0001;
const PROFILE_EXTENSION: u16 = 0xF001;

/// Shortest time between polls that is asked for, as the guide's example has it. The monitor's answer counts.
const POLL_PERIOD_TICKS: u32 = 40 * TICKS_PER_SECOND;
/// Longest message that is asked for, bytes.
const MESSAGE_BYTES: u32 = 1_000;
/// No limit.
const BANDWIDTH: u32 = 0xFFFF_FFFF;

/// Options of the extended poll, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options(pub u32);

impl Options {
    /// Numerics every 1.024 s.
    pub const NUMERICS_EVERY_SECOND: Options = Options(0x8000_0000);
    /// Waves.
    pub const WAVES: Options = Options(0x0800_0000);

    /// These and those.
    #[must_use]
    pub const fn and(self, others: Options) -> Options {
        Options(self.0 | others.0)
    }

    /// Whether waves come.
    pub const fn has_waves(self) -> bool {
        self.0 & Self::WAVES.0 != 0
    }

    /// Whether numerics come every 1.024 s.
    pub const fn has_numerics(self) -> bool {
        self.0 & Self::NUMERICS_EVERY_SECOND.0 != 0
    }
}

/// What the monitor's answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Time within which something must be sent, ticks of 1/8000 s.
    pub poll_period_ticks: u32,
    /// Longest message, bytes.
    pub message_bytes: u32,
    /// What is granted.
    pub options: Options,
}

/// The association request, for numerics every second and for waves if they are wanted.
pub(super) fn request(waves: bool) -> Vec<u8> {
    let options = Options::NUMERICS_EVERY_SECOND;
    let wanted = Accepted {
        poll_period_ticks: POLL_PERIOD_TICKS,
        message_bytes: MESSAGE_BYTES,
        options: if waves { options.and(Options::WAVES) } else { options },
    };
    message(REQUEST_HEAD, CLIENT, COLD_START, wanted)
}

fn message(head: &[u8], system: u32, start: u32, said: Accepted) -> Vec<u8> {
    let mut user = Vec::with_capacity(72);
    for number in [PROTOCOL_VERSION, NOMENCLATURE, 0, system, start] {
        put_u32(&mut user, number);
    }
    put_list::<()>(&mut user, &[], |_, ()| {});
    put_list(&mut user, &[said], |out, said| {
        put_u16(out, PROFILE_POLL);
        put_sized(out, |out| {
            let numbers =
                [POLL_PROFILE_REVISION, said.poll_period_ticks, said.message_bytes, said.message_bytes, BANDWIDTH];
            numbers.iter().for_each(|number| put_u32(out, *number));
            put_u32(out, DYNAMIC_OBJECTS);
            put_list(out, &[said.options], |out, options| {
                put_u16(out, PROFILE_EXTENSION);
                put_sized(out, |out| {
                    put_u32(out, options.0);
                    put_u32(out, 0);
                });
            });
        });
    });
    let length = u8::try_from(user.len()).expect("the user block has 72 bytes");
    [head, &[length], &user, &TAIL].concat()
}

impl Accepted {
    /// The monitor's answer.
    pub fn encode(self) -> Vec<u8> {
        message(ANSWER_HEAD, SERVER, 0, self)
    }

    /// Reads the monitor's answer; `None` if the user block is not found or not of its form.
    pub(super) fn decode(answer: &[u8]) -> Option<Self> {
        let at = answer.windows(4).position(|window| window == USER_INFORMATION)?;
        let information = &answer[at + 4..];
        let at = information.windows(4).position(|window| window == USER_BLOCK)?;
        let mut reader = Reader::new(&information[at + 4..]);
        let length = reader.u8()?;
        let mut user = Reader::new(reader.take(usize::from(length))?);
        user.take(20)?; // versions, functional units, system type, start
        user.list(item)?;
        let profiles = user.list(item)?;
        let (_, profile) = profiles.into_iter().find(|(id, _)| *id == PROFILE_POLL)?;
        let mut profile = Reader::new(profile);
        profile.u32()?; // revision
        let poll_period_ticks = profile.u32()?;
        let message_bytes = profile.u32()?;
        profile.take(12)?; // longest message of ours, bandwidth, options of the plain profile
        let extensions = profile.list(item)?;
        let extension = extensions.into_iter().find(|(id, _)| *id == PROFILE_EXTENSION);
        let options = extension.and_then(|(_, value)| Reader::new(value).u32()).unwrap_or(0);
        Some(Self { poll_period_ticks, message_bytes, options: Options(options) })
    }
}

/// Id and value of an entry.
fn item<'a>(reader: &mut Reader<'a>) -> Option<(u16, &'a [u8])> {
    Some((reader.u16()?, reader.sized()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_in_the_headers_fit() {
        let request = request(true);
        assert_eq!(request.len(), 2 + usize::from(request[1]));
        let said = Accepted { poll_period_ticks: 80_000, message_bytes: 1_456, options: Options(0x8C00_0000) };
        let answer = said.encode();
        assert_eq!(answer.len(), 2 + usize::from(answer[1]));
        assert_eq!(Accepted::decode(&answer), Some(said));
        assert_eq!(ABORT.len(), 2 + usize::from(ABORT[1]));
        assert_eq!(RELEASED.len(), 2 + usize::from(RELEASED[1]));
    }

    #[test]
    fn an_answer_that_is_cut_is_none() {
        let answer =
            Accepted { poll_period_ticks: 1, message_bytes: 1_000, options: Options::NUMERICS_EVERY_SECOND }.encode();
        for length in 0..answer.len() - TAIL.len() {
            assert_eq!(Accepted::decode(&answer[..length]), None, "{length}");
        }
    }
}

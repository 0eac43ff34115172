//! Any bytes into every device decoder, session and Modbus framing. No panic; how the stream is cut changes nothing; what is
//! reported can be written; what a session sends is on its driver's closed list; and no session asks to be woken in the past.
//!
//! Random bytes hardly ever carry a right check value. So the input is also read as a list of payloads, put into frames that
//! are whole, and what is in them is what is wrong.
#![no_main]

use std::sync::Arc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use vigil_model::{Instant, Now, Timestamp};
use vigil_protocols::driver::Driver;
use vigil_protocols::modbus::adu::{FrameReader, Side};
use vigil_protocols::modbus::{self, Framing, RegisterProfile};
use vigil_protocols::{Decoder, check, json};

/// Ends a payload where the input is read as a list of them.
const PAYLOAD_END: u8 = 0xF5;
/// Most payloads of one input.
const PAYLOADS_MAX: usize = 64;

fuzz_target!(|data: &[u8]| {
    let [choice, cut, data @ ..] = data else { return };
    let (framed, cut) = (cut & 1 == 1, usize::from(cut / 2).max(1));
    let drivers = Driver::ALL.len();
    let choice = usize::from(*choice) % (2 * drivers + 2 * Framing::ALL.len());
    if choice < drivers {
        let driver = Driver::ALL[choice];
        decode(|| driver.decoder(), &if framed { in_frames(driver, data) } else { data.to_vec() }, cut);
    } else if choice < 2 * drivers {
        let driver = Driver::ALL[choice - drivers];
        converse(driver, &if framed { in_frames(driver, data) } else { data.to_vec() }, cut);
    } else {
        let number = choice - 2 * drivers;
        let framing = Framing::ALL[number / 2];
        let stream = if framed { in_modbus_frames(framing, data) } else { data.to_vec() };
        if number % 2 == 0 {
            let (_, text) = RegisterProfile::embedded()[0];
            let profile = Arc::new(RegisterProfile::parse(text, "embedded").expect("a built-in profile"));
            decode(|| modbus::decoder(profile.clone(), framing, None), &stream, cut);
        } else {
            frames(framing, &stream, cut);
        }
    }
});

/// The same stream whole and in pieces says the same.
fn decode(new: impl Fn() -> Box<dyn Decoder>, stream: &[u8], cut: usize) {
    let read = |piece_bytes: usize| {
        let (mut decoder, mut lines) = (new(), Vec::new());
        for piece in stream.chunks(piece_bytes) {
            decoder.push(piece);
            lines.extend(std::iter::from_fn(|| decoder.poll_report()).map(|report| json::line(&report)));
        }
        decoder.finish();
        lines.extend(std::iter::from_fn(|| decoder.poll_report()).map(|report| json::line(&report)));
        lines
    };
    assert_eq!(read(stream.len().max(1)), read(cut), "the cut changed what was read");
}

/// What Modbus units and clients read from a line; what is read can be said again.
fn frames(framing: Framing, stream: &[u8], cut: usize) {
    for side in [Side::Requests, Side::Responses, Side::Both] {
        let mut reader = FrameReader::new(framing, side);
        for piece in stream.chunks(cut) {
            reader.push(piece);
            while let Some(found) = reader.next_frame(None) {
                let Ok(frame) = found else { continue };
                drop(frame.encode(framing));
            }
        }
        reader.finish();
        while reader.next_frame(None).is_some() {}
    }
}

/// A conversation in which the device says anything, with time moving on after every piece.
fn converse(driver: Driver, stream: &[u8], cut: usize) {
    let config = driver.configure(toml::Table::new()).expect("defaults are valid");
    let mut session = config.session(Duration::from_secs(3));
    let mut now = Now { monotonic: Instant::from_micros(1), utc: Timestamp::from_seconds(1_800_000_000) };
    session.handle_connected(now);
    for piece in stream.chunks(cut) {
        session.handle_bytes(now, piece);
        now = now.after(Duration::from_millis(u64::from(piece[0]) * 20));
        session.handle_timeout(now);
        while let Some(transmit) = session.poll_transmit() {
            assert!(driver.allows(transmit.as_bytes()), "{} must not send {:02X?}", driver.name(), transmit.as_bytes());
        }
        while let Some(report) = session.poll_report() {
            drop(json::line(&report));
        }
        assert!(session.poll_timeout().is_none_or(|due| due > now.monotonic), "{} asks for the past", driver.name());
    }
    session.handle_disconnected(now, "end of input");
    while session.poll_report().is_some() {}
}

/// Each payload as a whole frame of the device.
fn in_frames(driver: Driver, data: &[u8]) -> Vec<u8> {
    let payloads = data.split(|byte| *byte == PAYLOAD_END).take(PAYLOADS_MAX);
    payloads.flat_map(|payload| driver.framed(payload)).collect()
}

/// Each payload, unit and function first, as a whole Modbus frame.
fn in_modbus_frames(framing: Framing, data: &[u8]) -> Vec<u8> {
    let payloads = data.split(|byte| *byte == PAYLOAD_END).take(PAYLOADS_MAX);
    let framed = payloads.map(|payload| match framing {
        Framing::Rtu => [payload, &check::crc16_modbus(payload).to_le_bytes()].concat(),
        Framing::Tcp => {
            let length = u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes();
            [&[0, 7, 0, 0], &length[..], payload].concat()
        }
        Framing::Ascii => {
            let bytes =
                payload.iter().chain(&[check::lrc(payload)]).map(|byte| format!("{byte:02X}")).collect::<String>();
            format!(":{bytes}\r\n").into_bytes()
        }
    });
    framed.collect::<Vec<_>>().concat()
}

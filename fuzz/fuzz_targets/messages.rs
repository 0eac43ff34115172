//! Any bytes into everything that reads what receivers send: HL7 text, acknowledgements, what became
//! of alerts, associations, MLLP framing, MQTT answers; and
//! into what was kept in the outbox. No panic; what we answer can be read; what is read can be written and comes back the same.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use tokio_util::codec::{Decoder as _, Encoder as _};
use vigil_messages::hl7::ack::{self, Ack, AckCode, AckError};
use vigil_messages::hl7::{self, AlertStatus, Association, Message};
use vigil_messages::mqtt::{self, MqttPublish};
use vigil_model::Timestamp;
use vigil_sinks::mllp::codec::BoundedMllp;

/// Longest block that is taken here, in bytes.
const BLOCK_BYTES_MAX: usize = 512;

fuzz_target!(|data: &[u8]| {
    message(data);
    message(&hl7::from_file_text(data)); // seeds are files
    blocks(data);
    answer(data);
    envelope(data);
});

/// Every value of a message, and the acknowledgement that it would get.
fn message(bytes: &[u8]) {
    let Ok(message) = Message::parse(bytes) else { return };
    for segment in message.segments() {
        for number in 0..=segment.last_field().min(60) + 1 {
            for repetition in segment.field(number).repetitions() {
                for component in repetition.components() {
                    drop(component.subcomponent(2).text());
                    let _ = (component.unsigned(), component.quantity(), component.time());
                }
            }
        }
    }
    if let Ok(ack) = Ack::parse(&message) {
        let _ = ack.verdict();
    }
    let _ = AlertStatus::parse(&message).map(|status| status.statuses.len());
    let _ = Association::parse(&message).map(|read| read.equipment.len());
    let mut answer = Vec::new();
    let reason = AckError::new(101, bytes.iter().rev().take(40).map(|byte| char::from(*byte)).collect::<String>());
    ack::build(
        &message,
        AckCode::ApplicationError,
        &[reason],
        "A-1",
        Timestamp::from_seconds(1_800_000_000),
        &mut answer,
    );
    let read = Message::parse(&answer).expect("an acknowledgement of ours is a message");
    let control_id = message.header().field(10).text();
    if !control_id.trim().is_empty() {
        let ack = Ack::parse(&read).expect("an acknowledgement of ours can be read");
        assert_eq!(
            (ack.code, &*ack.control_id),
            (AckCode::ApplicationError, control_id.trim()),
            "it names the message"
        );
    }
}

/// Blocks of a stream, whole and in pieces; what was read can be sent on.
fn blocks(stream: &[u8]) {
    let read = |piece_bytes: usize| {
        let (mut codec, mut buffer, mut found) = (BoundedMllp::new(BLOCK_BYTES_MAX), BytesMut::new(), Vec::new());
        for piece in stream.chunks(piece_bytes) {
            buffer.extend_from_slice(piece);
            loop {
                match codec.decode(&mut buffer) {
                    Ok(Some(block)) => found.push(block),
                    Ok(None) => break,
                    Err(_) => return (found, false),
                }
            }
        }
        let ended_between_blocks = codec.decode_eof(&mut buffer).is_ok();
        (found, ended_between_blocks)
    };
    let whole = read(stream.len().max(1));
    assert_eq!(whole, read(3), "the cut changed what was read");
    for block in whole.0 {
        let mut out = BytesMut::new();
        if BoundedMllp::default().encode(block.clone(), &mut out).is_ok() {
            let again = BoundedMllp::default().decode(&mut out).expect("a block of ours");
            assert_eq!(again.as_ref(), Some(&block));
        }
    }
}

/// A publication on an answer topic; topic, correlation data and payload apart by zero bytes.
fn answer(data: &[u8]) {
    let mut parts = data.splitn(3, |byte| *byte == 0);
    let mut part = || parts.next().unwrap_or_default();
    let (topic, correlation, payload) = (String::from_utf8_lossy(part()), part(), part());
    let _ = mqtt::parse_answer(&topic, payload, Some(correlation));
    let _ = mqtt::parse_answer("ward/v1/north/4B/401/1/alert/ward-4b:000123/ack", data, None);
}

/// What waits in the outbox, damaged or not.
fn envelope(data: &[u8]) {
    if let Ok(publish) = MqttPublish::from_bytes(data) {
        assert_eq!(MqttPublish::from_bytes(&publish.to_bytes()), Ok(publish));
    }
}

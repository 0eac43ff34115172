//! Public sample messages, with all their known defects, are read or refused for a reason that we know. They are not part of
//! this repository: without them the test says so and passes.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops at the first surprise and may say what it skips"
)]

use std::path::Path;

use vigil_messages::hl7::association::{Change, Standing};
use vigil_messages::hl7::{Ack, AckCode, Association, Message, Precision, from_file_text};

/// Samples that are not messages.
const FRAGMENTS: &[&str] = &["pcd04_sdpi_fragments.hl7"];

fn samples() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/hl7");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: no public sample messages beside this repository");
        return Vec::new();
    };
    let mut samples: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "hl7"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    samples.sort();
    samples
}

#[test]
fn public_samples_are_read_or_refused_for_a_known_reason() {
    for (name, file) in samples() {
        let wire = from_file_text(&file);
        match Message::parse(&wire) {
            Ok(message) => {
                assert!(!FRAGMENTS.contains(&&*name), "{name} is a fragment");
                let header = message.header();
                assert!(header.required(9).is_ok() && header.field(12).component(1).text().starts_with('2'), "{name}");
                let written = header.field(7).time().unwrap_or_else(|error| panic!("{name}: MSH-7: {error}"));
                assert!(written.precision >= Precision::Minute, "{name}");
                for segment in message.segments() {
                    for number in 1..=segment.last_field() {
                        let _ = segment.field(number).decoded();
                    }
                }
                if name.starts_with("adt") {
                    assert!(message.required("PID").unwrap().required(3).is_ok(), "{name}");
                }
            }
            Err(error) => assert!(FRAGMENTS.contains(&&*name), "{name}: {error}"),
        }
    }
}

#[test]
fn public_acknowledgements_are_read() {
    for (name, file) in samples().into_iter().filter(|(name, _)| name.contains("ack")) {
        let wire = from_file_text(&file);
        let ack = Ack::parse(&Message::parse(&wire).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = if name.contains("_aa_") { AckCode::ApplicationAccept } else { AckCode::CommitAccept };
        assert_eq!((ack.code, ack.control_id.is_empty()), (expected, false), "{name}");
    }
}

#[test]
fn what_is_particular_about_some_samples() {
    for (name, file) in samples() {
        let wire = from_file_text(&file);
        let Ok(message) = Message::parse(&wire) else { continue };
        match name.as_str() {
            "pcd01_monitor_periodic.hl7" => assert!(message.field("PID", 5).component(3).is_null()),
            "pcim_trauma_unknown_associate.hl7" => assert_eq!(message.encoding().escape, None),
            "pcd04_low_spo2_start.hl7" => {
                let obx = message.segments_named("OBX").nth(1).unwrap();
                assert_eq!((obx.field(3).component(1).unsigned(), obx.field(5).unsigned()), (Some(150_456), Some(88)));
                let parent = message.field("OBR", 29).component(2);
                assert_eq!(parent.subcomponent(2).raw(), b"MINDRAY_EGATEWAY");
            }
            _ => {}
        }
    }
}

#[test]
fn public_associations_are_read() {
    for (name, file) in samples().into_iter().filter(|(name, _)| name.starts_with("pcim") && !name.contains("ack")) {
        let wire = from_file_text(&file);
        let message = Message::parse(&wire).unwrap();
        assert!(Association::is_in(&message), "{name}");
        let read = Association::parse(&message).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = match name.as_str() {
            "pcim_associate_unvalidated.hl7" => Standing::Asserted,
            "pcim_correction_C.hl7" => Standing::Corrected,
            _ => Standing::Validated,
        };
        assert_eq!((read.change, read.standing), (Change::Associate, expected), "{name}");
        assert_eq!(read.first.is_some(), read.standing == Standing::Corrected, "{name}");
        assert!(read.equipment[0].device.universal.len() == 16 && read.asserted.is_some(), "{name}");
    }
}

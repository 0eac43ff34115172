//! `vigil audit`: a trail of an appliance that ran, looked at, exported, and tampered with.

use std::path::Path;

use vigil_model::Timestamp;
use vigil_people::audit::{Action, Entry, Limits, Object, Trail, Who};

use crate::support::process::vigil;
use crate::text;

fn trail(folder: &Path) {
    let at = Timestamp::from_seconds(1_800_000_000);
    let mut trail = Trail::open(folder, Limits::default(), at).unwrap();
    let viewed = Entry::done(at, Who::operator("n.okafor"), Action::Viewed).about(Object::new("bed", "4b-01"));
    trail.append(&[viewed.because("handover"), Entry::done(at, Who::appliance(), Action::Stopped)]).unwrap();
}

#[test]
fn a_trail_is_verified_listed_and_exported_and_reading_it_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    trail(folder.path());
    let data = text(folder.path());
    vigil(["audit", "verify", "--data", &data]).expect(0).out_has(&["whole: 3 records, 1 to 3.", "head 3:"]);
    let listed = vigil(["audit", "list", "--data", &data, "--who", "n.okafor"]);
    listed.expect(0).out_has(&["viewed", "n.okafor from terminal", "bed 4b-01", "because: handover"]);
    vigil(["audit", "list", "--data", &data, "--action", "trail-read"]).expect(0).out_has(&["trail-read"]);
    let exported = vigil(["audit", "export", "--fhir", "--data", &data, "--appliance", "ward-4b"]);
    exported.expect(0).out_has(&["\"resourceType\":\"AuditEvent\"", "ward-4b-2", "\"code\":\"110106\""]);
    vigil(["audit", "verify", "--data", &data, "--json"]).expect(0).out_has(&["\"findings_total\":0"]);
}

#[test]
fn tampering_is_found_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    trail(folder.path());
    let data = text(folder.path());
    let path = folder.path().join("audit/000000000001.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, whole.replace("handover", "curiosit")).unwrap();
    vigil(["audit", "verify", "--data", &data])
        .expect(1)
        .out_has(&["000000000001.jsonl:3: record 2 was edited", "NOT whole"]);
    let shorter: Vec<_> = whole.lines().take(2).map(|line| format!("{line}\n")).collect();
    std::fs::write(&path, shorter.concat()).unwrap();
    vigil(["audit", "verify", "--data", &data]).expect(1).out_has(&["truncated: the head names record 3"]);
}

#[test]
fn what_is_missing_or_wrong_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(folder.path());
    vigil(["audit", "verify", "--data", &data]).expect(2).err_has(&["no audit trail in", "--data"]);
    trail(folder.path());
    vigil(["audit", "verify", "--data", &data, "--key", "abc"]).expect(2).err_has(&["64 hexadecimal digits"]);
    vigil(["audit", "verify", "--data", &data, "--witness", "3"]).expect(2).err_has(&["NUMBER:HASH"]);
    let other = "0".repeat(64);
    vigil(["audit", "verify", "--data", &data, "--witness", &format!("2:{other}")])
        .expect(1)
        .out_has(&["record 2 is not the one that was noted"]);
    vigil(["audit", "verify", "--data", &data, "--witness", &format!("9:{other}")]).expect(1).out_has(&["truncated"]);
}

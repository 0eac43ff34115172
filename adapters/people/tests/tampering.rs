//! Whatever is done to the files of a trail is found: any byte, any line, any file, the end of it.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use vigil_model::Timestamp;
use vigil_people::audit::verify::{Known, Report, verify};
use vigil_people::audit::{Action, Entry, Limits, Object, Trail, Who};

const SMALL: Limits = Limits { segment_bytes: 3_000, segments: 1000 };

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + second)
}

fn entry(number: i64) -> Entry {
    let object = Object { patient: Some(format!("MRN-{number}")), ..Object::new("bed", "4b-01") };
    Entry::done(at(number), Who::operator("ada"), Action::Viewed).about(object).because("round")
}

/// A trail of `1 + entries` records in small segments.
fn trail(folder: &Path, entries: i64, limits: Limits) {
    let mut trail = Trail::open(folder, limits, at(0)).unwrap();
    for number in 1..=entries {
        trail.append(&[entry(number)]).unwrap();
    }
}

fn check(folder: &Path) -> Report {
    verify(folder, &Known::default()).unwrap()
}

/// The segments in order, and the head.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder.join("audit")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.push(folder.join("audit.head"));
    files
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| format!("{line}\n")).collect()
}

/// One trail for all cases of a property, and a copy of it for each.
fn pristine() -> &'static tempfile::TempDir {
    static TRAIL: std::sync::OnceLock<tempfile::TempDir> = std::sync::OnceLock::new();
    TRAIL.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        trail(folder.path(), 14, SMALL);
        assert!(check(folder.path()).is_whole());
        folder
    })
}

fn copy() -> tempfile::TempDir {
    let (from, to) = (pristine(), tempfile::tempdir().unwrap());
    std::fs::create_dir(to.path().join("audit")).unwrap();
    for file in files(from.path()).into_iter().chain([from.path().join("audit.pub"), from.path().join("audit.key")]) {
        std::fs::copy(&file, to.path().join(file.strip_prefix(from.path()).unwrap())).unwrap();
    }
    to
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_changed_byte_is_found(file in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), flip in 1u8..) {
        let folder = copy();
        let path = file.get(&files(folder.path())).clone();
        let mut bytes = std::fs::read(&path).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        std::fs::write(&path, bytes).unwrap();
        prop_assert!(!check(folder.path()).is_whole(), "{} byte {place}", path.display());
    }

    #[test]
    fn any_cut_is_found(file in any::<prop::sample::Index>(), place in any::<prop::sample::Index>()) {
        let folder = copy();
        let path = file.get(&files(folder.path())).clone();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..place.index(bytes.len())]).unwrap();
        prop_assert!(!check(folder.path()).is_whole());
    }

    #[test]
    fn any_deleted_doubled_or_moved_line_is_found(
        one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), how in 0..3,
    ) {
        let folder = copy();
        let mut places = Vec::new();
        for file in files(folder.path()).iter().filter(|file| file.extension().is_some_and(|ext| ext == "jsonl")) {
            places.extend((0..lines(file).len()).map(|line| (file.clone(), line)));
        }
        let (from, line) = one.get(&places).clone();
        let (to, before) = other.get(&places).clone();
        let moved = lines(&from)[line].clone();
        prop_assume!(how == 0 || lines(&to)[before] != moved);
        if how != 1 { // deleted, or moved away
            let mut rest = lines(&from);
            rest.remove(line);
            std::fs::write(&from, rest.concat()).unwrap();
        }
        if how != 0 { // doubled, or moved here
            let mut text = lines(&to);
            let place = before.min(text.len());
            text.insert(place, moved);
            std::fs::write(&to, text.concat()).unwrap();
        }
        // A line that was taken out and put back where it was is no change.
        let is_same = files(folder.path()).iter().zip(files(pristine().path())).all(|(a, b)| std::fs::read(a).unwrap() == std::fs::read(b).unwrap());
        prop_assert_eq!(check(folder.path()).is_whole(), is_same);
    }

    #[test]
    fn any_deleted_file_is_found(file in any::<prop::sample::Index>()) {
        let folder = copy();
        std::fs::remove_file(file.get(&files(folder.path()))).unwrap();
        prop_assert!(!check(folder.path()).is_whole());
    }
}

#[test]
fn a_trail_that_another_key_signed_anew_is_found_by_the_key_that_was_noted_and_by_a_witness() {
    let folder = tempfile::tempdir().unwrap();
    trail(folder.path(), 3, SMALL);
    let noted = vigil_people::audit::public_key(folder.path()).unwrap();
    let report = check(folder.path());
    let witness = (report.last.unwrap(), report.hash.unwrap());
    std::fs::remove_dir_all(folder.path().join("audit")).unwrap();
    for file in ["audit.head", "audit.key", "audit.pub"] {
        std::fs::remove_file(folder.path().join(file)).unwrap();
    }
    trail(folder.path(), 3, SMALL);
    assert!(check(folder.path()).is_whole());
    assert!(!verify(folder.path(), &Known { public_key: noted, witness: None }).unwrap().is_whole());
    assert!(!verify(folder.path(), &Known { public_key: None, witness: Some(witness) }).unwrap().is_whole());
}

#[test]
fn an_earlier_state_of_all_files_is_found_by_a_witness() {
    let folder = copy();
    let mut longer = Trail::open(folder.path(), SMALL, at(99)).unwrap();
    let head = longer.append(&[entry(99)]).unwrap();
    let witness = Known { witness: Some((head.number, head.hash)), ..Known::default() };
    assert!(verify(folder.path(), &witness).unwrap().is_whole());
    let earlier = copy();
    assert!(check(earlier.path()).is_whole());
    assert!(!verify(earlier.path(), &witness).unwrap().is_whole());
}

#[test]
fn the_oldest_go_by_the_bound_and_the_chain_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    trail(folder.path(), 24, Limits { segment_bytes: 1_200, segments: 3 });
    let report = check(folder.path());
    assert_eq!(report.findings, []);
    assert!(files(folder.path()).len() <= 4 && report.first > Some(1), "{report:?}");
    // One more than the bound took is found.
    std::fs::remove_file(&files(folder.path())[0]).unwrap();
    assert!(!check(folder.path()).is_whole());
}

#[test]
fn a_power_loss_inside_a_line_is_repaired_and_said() {
    let folder = copy();
    let segments = files(folder.path());
    let last = &segments[segments.len() - 2];
    let mut text = std::fs::read(last).unwrap();
    text.extend_from_slice(b"{\"number\":16,\"prev");
    std::fs::write(last, text).unwrap();
    assert!(!check(folder.path()).is_whole(), "until somebody appends, it may as well have been added");
    let mut trail = Trail::open(folder.path(), SMALL, at(50)).unwrap();
    trail.append(&[entry(50)]).unwrap();
    assert_eq!(check(folder.path()).findings, []);
    let mut repairs = 0;
    vigil_people::audit::read(folder.path(), |line| repairs += u32::from(line.entry.action == Action::TrailRepaired))
        .unwrap();
    assert_eq!(repairs, 1);
}

#[test]
fn a_power_loss_before_the_head_was_moved_is_no_finding() {
    let folder = copy();
    let head = std::fs::read(folder.path().join("audit.head")).unwrap();
    Trail::open(folder.path(), SMALL, at(50)).unwrap().append(&[entry(50)]).unwrap();
    std::fs::write(folder.path().join("audit.head"), head).unwrap();
    let report = check(folder.path());
    assert_eq!((report.findings.as_slice(), report.after_head), (&[] as &[_], 1));
    Trail::open(folder.path(), SMALL, at(51)).unwrap().append(&[entry(51)]).unwrap();
    assert!(check(folder.path()).is_whole());
}

#[test]
fn what_was_cut_off_stays_visible_after_more_was_written() {
    let folder = copy();
    let segments = files(folder.path());
    let last = &segments[segments.len() - 2];
    let mut text = lines(last);
    text.pop();
    std::fs::write(last, text.concat()).unwrap();
    Trail::open(folder.path(), SMALL, at(50)).unwrap().append(&[entry(50), entry(51)]).unwrap();
    let report = check(folder.path());
    assert!(report.findings.iter().any(|finding| finding.what.contains("missing")), "{report:?}");
}

#[test]
fn two_writers_share_one_trail() {
    let folder = tempfile::tempdir().unwrap();
    let (mut one, mut other) =
        (Trail::open(folder.path(), SMALL, at(0)).unwrap(), Trail::open(folder.path(), SMALL, at(0)).unwrap());
    for number in 0..5 {
        one.append(&[entry(number)]).unwrap();
        other.append(&[entry(number), entry(number)]).unwrap();
    }
    let report = check(folder.path());
    assert_eq!((report.findings.as_slice(), report.records), (&[] as &[_], 16));
}

#[test]
fn a_text_cannot_forge_a_line_and_only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let mut trail = Trail::open(folder.path(), SMALL, at(0)).unwrap();
    trail.append(&[entry(1).because("a\"}\n{\"number\":3").with("x".repeat(100_000))]).unwrap();
    assert!(check(folder.path()).is_whole());
    for file in files(folder.path()).into_iter().chain([folder.path().join("audit.key")]) {
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
}

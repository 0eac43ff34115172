//! Rows of the table of the association machine.

use super::*;

fn patient(id: &str) -> Arc<Patient> {
    Arc::new(Patient { id: id.into(), authority: "H".into(), ..Patient::default() })
}

fn said(id: &str, evidence: Evidence, second: i64) -> Claim {
    Claim { patient: patient(id), evidence, mark: mark(second) }
}

fn mark(second: i64) -> Mark {
    Mark { by: "test".into(), why: "".into(), at: Timestamp::from_seconds(second) }
}

/// A bed and what it said, in short.
struct Stand {
    bed: BedMemory,
    numbers: Numbers,
}

impl Stand {
    fn new() -> Self {
        Self { bed: BedMemory { bed: "b".into(), ..BedMemory::default() }, numbers: Numbers(1) }
    }

    fn claim(&mut self, id: &str, evidence: Evidence, second: i64) -> String {
        let mut news = Vec::new();
        claim(&mut self.bed, said(id, evidence, second), &mut self.numbers, &mut news);
        short(&news)
    }

    fn leave(&mut self, id: &str, second: i64) -> String {
        let mut news = Vec::new();
        let (gone, now) = (mark(second), Timestamp::from_seconds(second));
        leave(&mut self.bed, |patient| *patient.id == *id, &gone, now, &mut self.numbers, &mut news);
        short(&news)
    }
}

fn short(news: &[AssociationNews]) -> String {
    let words = news.iter().map(|news| match news {
        AssociationNews::Opened { association } => format!("+{}", association.patient.id),
        AssociationNews::Closed { association } => format!("-{}", association.patient.id),
        AssociationNews::Renewed { association } => format!("={}", association.patient.id),
        AssociationNews::Held { .. } | AssociationNews::Outcome { .. } => "?".to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_older_stands_until_it_goes_and_then_the_next_one_counts() {
    let mut stand = Stand::new();
    assert_eq!(stand.claim("P", Evidence::Location, 1), "+P");
    assert_eq!(stand.claim("Q", Evidence::Location, 2), "");
    assert!(is_contested(&stand.bed));
    assert_eq!(stand.claim("P", Evidence::Location, 3), "", "said again, and nothing is new");
    assert!(is_contested(&stand.bed), "two that are equally strong stay contested");
    assert_eq!(stand.leave("P", 4), "-P +Q");
    assert!(!is_contested(&stand.bed));
    assert_eq!(stand.bed.current.as_ref().unwrap().opened.at, Timestamp::from_seconds(4));
    assert_eq!(stand.leave("Q", 5), "-Q");
}

#[test]
fn stronger_evidence_takes_the_bed_and_settles_who_lies_there() {
    let mut stand = Stand::new();
    stand.claim("P", Evidence::Location, 1);
    assert_eq!(stand.claim("Q", Evidence::Scan, 2), "-P +Q");
    assert!(!is_contested(&stand.bed), "what was said before the scan is settled by it");
    assert_eq!(stand.claim("R", Evidence::Location, 3), "");
    assert!(is_contested(&stand.bed), "what was said after it is not");
    assert_eq!(stand.claim("Q", Evidence::Scan, 4), "");
    assert!(!is_contested(&stand.bed), "confirmed again");
    assert_eq!(stand.leave("R", 5), "");
    assert_eq!(stand.leave("Q", 6), "-Q +P");
}

#[test]
fn a_patient_of_the_configuration_gives_way_and_does_not_wait() {
    let mut stand = Stand::new();
    stand.claim("P", Evidence::Configuration, 1);
    assert_eq!(stand.claim("Q", Evidence::Location, 2), "-P +Q");
    assert_eq!((stand.bed.waiting.len(), is_contested(&stand.bed)), (0, false));
}

#[test]
fn evidence_grows_and_never_shrinks_within_an_interval() {
    let mut stand = Stand::new();
    stand.claim("P", Evidence::Location, 1);
    assert_eq!(stand.claim("P", Evidence::Scan, 2), "=P");
    assert_eq!(stand.claim("P", Evidence::Location, 3), "");
    let current = stand.bed.current.as_ref().unwrap();
    assert_eq!((current.evidence, current.number, current.opened.at), (Evidence::Scan, 1, Timestamp::from_seconds(1)));
}

#[test]
fn an_interval_never_ends_before_it_began() {
    let mut stand = Stand::new();
    stand.claim("P", Evidence::Location, 10);
    let mut news = Vec::new();
    leave(&mut stand.bed, |_| true, &mark(3), Timestamp::from_seconds(11), &mut stand.numbers, &mut news);
    let [AssociationNews::Closed { association }] = &news[..] else { panic!("{news:?}") };
    assert_eq!(association.closed.as_ref().unwrap().at, Timestamp::from_seconds(10));
}

#[test]
fn claims_that_wait_are_bounded() {
    let mut stand = Stand::new();
    stand.claim("P", Evidence::Scan, 1);
    for n in 0..50 {
        stand.claim(&format!("Q{n}"), Evidence::Location, 2 + n);
    }
    assert_eq!(stand.bed.waiting.len(), WAITING_MAX);
    assert_eq!(&*stand.bed.waiting[0].patient.id, "Q0", "the oldest have waited longest");
}

#[test]
fn what_a_person_accepted_does_not_hold_again_until_it_changes() {
    let mut stand = Stand::new();
    stand.claim("P", Evidence::Location, 1);
    let reason = || HoldReason::OtherPatient { device: "mon".into() };
    let at = Timestamp::from_seconds;
    assert!(hold(&mut stand.bed, reason(), at(2)));
    assert!(!hold(&mut stand.bed, reason(), at(3)));
    accept(&mut stand.bed, at(4));
    assert!(stand.bed.holds.is_empty() && !hold(&mut stand.bed, reason(), at(5)));
    assert!(unhold(&mut stand.bed, &reason()) && hold(&mut stand.bed, reason(), at(6)));
}

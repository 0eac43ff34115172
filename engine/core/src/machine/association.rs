//! Who lies in a bed? One machine a bed, fed with what people and systems say.
//!
//! Words: a *claim* says that a patient lies here, with evidence of some strength; *open* is the association that counts;
//! a claim *waits* while it says somebody else than the open one.
//!
//! | state | claim, same patient | claim, other patient, stronger | claim, other patient, not stronger | patient gone |
//! |-------|---------------------|--------------------------------|------------------------------------|--------------|
//! | empty | – | open | open | empty |
//! | open  | open (**renewed** if anything is new) | **closed**, its claim waits¹; open (**opened**) | open; the claim waits | **closed**; the strongest, then oldest claim that waits is **opened**, else empty |
//!
//! ¹ Not if it stood on configuration alone, which never waits.
//!
//! A claim that waits is forgotten when its patient is gone, or when another bed takes the patient. The bed is *contested*
//! while a claim waits that came after the open association was last confirmed: then the older one stands, and nothing is
//! charted until the claim is gone or somebody confirms who lies there.

use std::sync::Arc;

use vigil_model::{
    Association, AssociationNews, BedHold, BedMemory, Claim, Evidence, HoldReason, Mark, Patient, Timestamp,
};

/// Claims that wait at one bed; of more, the weakest and newest are not kept.
pub const WAITING_MAX: usize = 8;

/// What holds one bed; more reasons add nothing.
pub const HOLDS_MAX: usize = 32;

/// Whether two records are of one patient: the same identifier, and no two different authorities.
pub fn is_same(a: &Patient, b: &Patient) -> bool {
    is_same_key((&a.id, &a.authority), (&b.id, &b.authority))
}

/// As [`is_same`], of identifiers and authorities.
pub fn is_same_key(a: (&str, &str), b: (&str, &str)) -> bool {
    a.0 == b.0 && (a.1 == b.1 || a.1.is_empty() || b.1.is_empty())
}

/// Whether two records are of one stay: one patient, and no two different visits.
pub fn is_same_stay(a: &Patient, b: &Patient) -> bool {
    is_same(a, b) && (a.visit == b.visit || a.visit.is_empty() || b.visit.is_empty())
}

/// Numbers associations; none is given twice.
#[derive(Clone, Copy, Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    fn take(&mut self) -> u64 {
        self.0 = self.0.saturating_add(1);
        self.0 - 1
    }
}

/// Takes a claim in. Whether it counts now; if not, it waits.
pub fn claim(bed: &mut BedMemory, claim: Claim, numbers: &mut Numbers, news: &mut Vec<AssociationNews>) -> bool {
    bed.waiting.retain(|waiting| !is_same_stay(&waiting.patient, &claim.patient));
    let Some(current) = &mut bed.current else {
        open(bed, claim, numbers, news);
        return true;
    };
    if is_same_stay(&current.patient, &claim.patient) {
        let known = joined(&current.patient, &claim.patient);
        let stronger = claim.evidence > current.evidence;
        if claim.evidence >= current.evidence {
            bed.confirmed = claim.mark.at;
        }
        if stronger || *current.patient != known {
            current.evidence = current.evidence.max(claim.evidence);
            current.patient = Arc::new(known);
            news.push(AssociationNews::Renewed { association: current.clone() });
        }
        return true;
    }
    if claim.evidence <= current.evidence {
        wait(bed, claim);
        return false;
    }
    let before = Claim {
        patient: Arc::clone(&current.patient),
        evidence: current.evidence,
        mark: Mark { at: bed.confirmed, ..current.opened.clone() },
    };
    close(bed, claim.mark.clone(), news);
    if before.evidence > Evidence::Configuration {
        wait(bed, before);
    }
    open(bed, claim, numbers, news);
    true
}

/// A patient is gone, as far as this bed goes, since `gone.at`; `now` is when that became known. Whether the bed knew of the
/// patient.
pub fn leave(
    bed: &mut BedMemory,
    is_gone: impl Fn(&Patient) -> bool,
    gone: &Mark,
    now: Timestamp,
    numbers: &mut Numbers,
    news: &mut Vec<AssociationNews>,
) -> bool {
    let waited = bed.waiting.len();
    bed.waiting.retain(|claim| !is_gone(&claim.patient));
    let lay_here = bed.current.as_ref().is_some_and(|current| is_gone(&current.patient));
    if lay_here {
        close(bed, gone.clone(), news);
        // These were about the one who is gone.
        let stays =
            |reason: &HoldReason| !matches!(reason, HoldReason::OtherDevice { .. } | HoldReason::Identity { .. });
        bed.holds.retain(|hold| stays(&hold.reason));
        // The strongest; of those the one that has waited longest.
        let first =
            |(position, claim): &(usize, &Claim)| (claim.evidence, std::cmp::Reverse((claim.mark.at, *position)));
        let next = bed.waiting.iter().enumerate().max_by_key(first).map(|(position, _)| position);
        if let Some(position) = next {
            let claim = bed.waiting.remove(position);
            open(bed, Claim { mark: Mark { at: now, ..claim.mark }, ..claim }, numbers, news);
        }
    }
    lay_here || bed.waiting.len() < waited
}

/// The open association goes on under another identity: what was charted under the first one stays.
pub fn rename(
    bed: &mut BedMemory,
    is_it: impl Fn(&Patient) -> bool,
    now_named: impl Fn(&Patient) -> Patient,
    mark: &Mark,
    numbers: &mut Numbers,
    news: &mut Vec<AssociationNews>,
) {
    for claim in bed.waiting.iter_mut().filter(|claim| is_it(&claim.patient)) {
        claim.patient = Arc::new(now_named(&claim.patient));
    }
    if let Some(current) = bed.current.clone().filter(|current| is_it(&current.patient)) {
        let confirmed = bed.confirmed;
        close(bed, mark.clone(), news);
        let patient = Arc::new(now_named(&current.patient));
        open(bed, Claim { patient, evidence: current.evidence, mark: mark.clone() }, numbers, news);
        bed.confirmed = confirmed;
    }
    let BedMemory { current, waiting, .. } = bed;
    if let Some(current) = current {
        waiting.retain(|claim| !is_same(&claim.patient, &current.patient));
    }
}

/// Whether somebody else is said to lie in the bed since the open association was last confirmed.
pub fn is_contested(bed: &BedMemory) -> bool {
    bed.current.as_ref().is_some_and(|current| {
        bed.waiting.iter().any(|claim| claim.mark.at > bed.confirmed || claim.evidence >= current.evidence)
    })
}

/// Something holds the bed, unless a person has accepted it. Whether that is new.
pub fn hold(bed: &mut BedMemory, reason: HoldReason, since: Timestamp) -> bool {
    let is_known = bed.accepted.contains(&reason) || bed.holds.iter().any(|hold| hold.reason == reason);
    if is_known || bed.holds.len() >= HOLDS_MAX {
        return false;
    }
    bed.holds.push(BedHold { reason, since });
    bed.holds.sort_by(|a, b| a.reason.cmp(&b.reason));
    true
}

/// What held the bed is over. Whether it did.
pub fn unhold(bed: &mut BedMemory, reason: &HoldReason) -> bool {
    let before = bed.holds.len() + bed.accepted.len();
    bed.holds.retain(|hold| hold.reason != *reason);
    bed.accepted.retain(|accepted| accepted != reason);
    bed.holds.len() + bed.accepted.len() != before
}

/// A person accepts what holds the bed as it is, until it changes.
pub fn accept(bed: &mut BedMemory, now: Timestamp) {
    bed.confirmed = bed.confirmed.max(now);
    let accepted = bed.holds.drain(..).map(|hold| hold.reason);
    // What ends only by a person's word has ended; what is still there would hold the bed again.
    bed.accepted.extend(accepted.filter(HoldReason::ends_by_itself));
    bed.accepted.retain(|reason| *reason != HoldReason::Contested);
    bed.accepted.truncate(HOLDS_MAX);
}

fn open(bed: &mut BedMemory, claim: Claim, numbers: &mut Numbers, news: &mut Vec<AssociationNews>) {
    let association = Association {
        number: numbers.take(),
        bed: Arc::clone(&bed.bed),
        patient: claim.patient,
        evidence: claim.evidence,
        opened: claim.mark,
        closed: None,
    };
    bed.confirmed = association.opened.at;
    bed.accepted.clear(); // they were accepted for somebody else
    bed.current = Some(association.clone());
    news.push(AssociationNews::Opened { association });
}

fn close(bed: &mut BedMemory, mark: Mark, news: &mut Vec<AssociationNews>) {
    let Some(association) = bed.current.take() else { return };
    let at = mark.at.max(association.opened.at);
    news.push(AssociationNews::Closed {
        association: Association { closed: Some(Mark { at, ..mark }), ..association },
    });
}

fn wait(bed: &mut BedMemory, claim: Claim) {
    bed.waiting.push(claim);
    if bed.waiting.len() > WAITING_MAX {
        let weakest =
            |(position, claim): &(usize, &Claim)| (claim.evidence, std::cmp::Reverse((claim.mark.at, *position)));
        let position = bed.waiting.iter().enumerate().min_by_key(weakest).map(|(position, _)| position);
        position.into_iter().for_each(|position| drop(bed.waiting.remove(position)));
    }
}

/// What is known of a patient, with what is newly said.
fn joined(known: &Patient, said: &Patient) -> Patient {
    let or = |said: &Arc<str>, known: &Arc<str>| Arc::clone(if said.is_empty() { known } else { said });
    Patient {
        id: Arc::clone(&known.id),
        authority: or(&known.authority, &said.authority),
        id_type: or(&known.id_type, &said.id_type),
        family: or(&said.family, &known.family),
        given: or(&said.given, &known.given),
        birth_date: or(&said.birth_date, &known.birth_date),
        sex: or(&said.sex, &known.sex),
        visit: or(&said.visit, &known.visit),
    }
}

#[cfg(test)]
#[path = "association_tests.rs"]
mod tests;

//! One stay of a patient: movements in the order in which they happened, and how things stand after them. What is told late
//! is put where it belongs, so that the order of arrival does not matter.
//!
//! | movement | the patient is in the house | place | place before |
//! |---|---|---|---|
//! | admit | yes | as said | – |
//! | transfer | yes | as said | the place until then, else as said |
//! | discharge | no | stays, for a cancel | stays |
//! | update | stays | as said if updates move | – |
//! | cancel admit | no | forgotten | forgotten |
//! | cancel transfer | yes | as said; the place before if that is not said, or if the target of the transfer is said | forgotten |
//! | cancel discharge | yes | as said, else stays | stays |

use std::sync::Arc;

use vigil_model::{Movement, MovementKind, Place, Standing, Stay, StayMove, Timestamp};

/// Movements that are kept of a stay; older ones only count in how things stand.
pub(crate) const MOVES_MAX: usize = 32;

/// How things stand after what is known.
pub(crate) fn standing(stay: &Stay) -> Standing {
    stay.moves.iter().fold(stay.base.clone(), after)
}

/// Takes a movement in; whether it is the newest of the stay.
pub(crate) fn take(stay: &mut Stay, movement: &Movement, at: Timestamp, arrival: u64) -> bool {
    let cancelled = match movement.kind {
        MovementKind::CancelAdmit => MovementKind::Admit,
        MovementKind::CancelTransfer => MovementKind::Transfer,
        MovementKind::CancelDischarge => MovementKind::Discharge,
        kind => kind,
    };
    let kind = if movement.cancels { cancelled } else { movement.kind };
    let named = |kept: &StayMove| movement.id.is_some() && kept.id == movement.id && kept.kind == kind;
    if let Some(position) = stay.moves.iter().position(named) {
        let is_last = position + 1 == stay.moves.len();
        let before = stay.moves.remove(position);
        if movement.cancels {
            return is_last;
        }
        // Said again, or corrected: it keeps its place among those of the same time.
        return insert(stay, to_move(movement, at, before.arrival.min(arrival)));
    }
    insert(stay, to_move(movement, at, arrival))
}

/// All movements of two stays that turned out to be one.
pub(crate) fn join(stay: &mut Stay, other: Stay) {
    if other.base.seen && !stay.base.seen {
        stay.base = other.base;
    }
    for kept in other.moves {
        insert(stay, kept);
    }
    stay.touched = stay.touched.max(other.touched);
}

fn to_move(movement: &Movement, at: Timestamp, arrival: u64) -> StayMove {
    StayMove {
        at,
        arrival,
        kind: movement.kind,
        place: movement.place.clone(),
        other: movement.other.clone(),
        id: movement.id.clone(),
    }
}

fn insert(stay: &mut Stay, kept: StayMove) -> bool {
    let place = stay.moves.partition_point(|other| (other.at, other.arrival) < (kept.at, kept.arrival));
    stay.moves.insert(place, kept);
    let is_last = place + 1 == stay.moves.len();
    if stay.moves.len() > MOVES_MAX {
        let oldest = stay.moves.remove(0);
        stay.base = after(std::mem::take(&mut stay.base), &oldest);
    }
    is_last
}

fn after(before: Standing, movement: &StayMove) -> Standing {
    let said = || movement.place.clone();
    let or = |place: Place, other: &Place| if place == Place::Unsaid { other.clone() } else { place };
    match movement.kind {
        MovementKind::Admit => Standing { seen: true, here: true, place: said(), before: before.before },
        MovementKind::Transfer => {
            let from = or(before.place, &movement.other);
            Standing { seen: true, here: true, place: said(), before: from }
        }
        MovementKind::Discharge => {
            let place = or(before.place, &movement.place);
            Standing { seen: true, here: false, place, before: before.before }
        }
        MovementKind::Update { moves: true } if movement.place != Place::Unsaid && (before.here || !before.seen) => {
            Standing { seen: true, here: true, place: said(), before: before.before }
        }
        MovementKind::Update { .. } => before,
        MovementKind::CancelAdmit => Standing { seen: true, here: false, place: Place::Unsaid, before: Place::Unsaid },
        MovementKind::CancelTransfer => {
            let place = match (&before.before, &movement.place) {
                (Place::Unsaid, Place::Unsaid) => before.place,
                (Place::Unsaid, said) => said.clone(),
                // The sender says the target of the transfer, as some do, or the same as is known, or nothing.
                (known, said) if *said == Place::Unsaid || *said == before.place => known.clone(),
                (_, said) => said.clone(),
            };
            Standing { seen: true, here: true, place, before: Place::Unsaid }
        }
        MovementKind::CancelDischarge => {
            let place = or(said(), &before.place);
            Standing { seen: true, here: true, place, before: before.before }
        }
    }
}

/// The bed in which the patient of a stay is, by what is known.
pub(crate) fn bed_of(standing: &Standing) -> Option<&Arc<str>> {
    match &standing.place {
        Place::Bed(bed) if standing.here => Some(bed),
        Place::Bed(_) | Place::Elsewhere | Place::Unsaid => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_model::PatientSaid;

    fn movement(kind: MovementKind, place: &str) -> Movement {
        let place = match place {
            "" => Place::Unsaid,
            "-" => Place::Elsewhere,
            bed => Place::Bed(bed.into()),
        };
        Movement { patient: PatientSaid::default(), kind, place, other: Place::Unsaid, id: None, cancels: false }
    }

    /// Where the patient is after movements at given times, in the order of arrival.
    fn place(story: &[(i64, MovementKind, &str)]) -> Option<String> {
        let mut stay = Stay::default();
        for ((second, kind, place), arrival) in story.iter().zip(1..) {
            take(&mut stay, &movement(*kind, place), Timestamp::from_seconds(*second), arrival);
        }
        bed_of(&standing(&stay)).map(ToString::to_string)
    }

    use MovementKind::{Admit, CancelAdmit, CancelDischarge, CancelTransfer, Discharge, Transfer, Update};

    #[test]
    fn each_trigger_does_what_it_says() {
        assert_eq!(place(&[(1, Admit, "a")]).as_deref(), Some("a"));
        assert_eq!(place(&[(1, Admit, "a"), (2, Transfer, "b")]).as_deref(), Some("b"));
        assert_eq!(place(&[(1, Admit, "a"), (2, Transfer, "-")]), None);
        assert_eq!(place(&[(1, Admit, "a"), (2, Discharge, "a")]), None);
        assert_eq!(place(&[(1, Admit, "a"), (2, Update { moves: false }, "b")]).as_deref(), Some("a"));
        assert_eq!(place(&[(1, Admit, "a"), (2, Update { moves: true }, "b")]).as_deref(), Some("b"));
        assert_eq!(place(&[(1, Admit, "a"), (2, CancelAdmit, "a")]), None);
        assert_eq!(place(&[(1, Admit, "a"), (2, Transfer, "b"), (3, CancelTransfer, "")]).as_deref(), Some("a"));
        assert_eq!(place(&[(1, Admit, "a"), (2, Discharge, ""), (3, CancelDischarge, "")]).as_deref(), Some("a"));
        assert_eq!(place(&[(1, Admit, "a"), (2, Discharge, ""), (3, CancelDischarge, "c")]).as_deref(), Some("c"));
    }

    #[test]
    fn a_cancelled_transfer_leads_back_also_if_the_sender_says_where_it_led_to() {
        assert_eq!(place(&[(1, Admit, "a"), (2, Transfer, "b"), (3, CancelTransfer, "a")]).as_deref(), Some("a"));
        assert_eq!(place(&[(1, Admit, "a"), (2, Transfer, "b"), (3, CancelTransfer, "b")]).as_deref(), Some("a"));
        assert_eq!(place(&[(1, Admit, "a"), (2, Transfer, "b"), (3, CancelTransfer, "c")]).as_deref(), Some("c"));
        assert_eq!(place(&[(3, CancelTransfer, "a")]).as_deref(), Some("a"), "a stay that nobody knew");
        assert_eq!(place(&[(3, CancelTransfer, "")]), None);
    }

    #[test]
    fn what_arrives_late_is_put_where_it_belongs() {
        assert_eq!(place(&[(3, Discharge, ""), (1, Admit, "a"), (2, Transfer, "b")]), None);
        assert_eq!(place(&[(3, Transfer, "c"), (1, Admit, "a"), (2, Transfer, "b")]).as_deref(), Some("c"));
        let at_once = [(1, Admit, "a"), (1, Transfer, "b")];
        assert_eq!(place(&at_once).as_deref(), Some("b"), "of two at the same time the later to arrive counts");
    }

    #[test]
    fn a_movement_is_taken_back_or_corrected_by_its_name() {
        let mut stay = Stay::default();
        let named = |kind, place: &str, cancels| Movement { id: Some("m".into()), cancels, ..movement(kind, place) };
        let at = Timestamp::from_seconds;
        take(&mut stay, &movement(Admit, "a"), at(1), 1);
        assert!(take(&mut stay, &named(Transfer, "b", false), at(2), 2));
        assert!(take(&mut stay, &named(Transfer, "c", false), at(2), 3));
        assert_eq!((bed_of(&standing(&stay)).map(|bed| &**bed), stay.moves.len()), (Some("c"), 2));
        assert!(take(&mut stay, &named(Discharge, "", false), at(3), 4), "some senders name another movement alike");
        assert!(take(&mut stay, &named(CancelDischarge, "", true), at(3), 5));
        assert!(take(&mut stay, &named(CancelTransfer, "z", true), at(3), 6));
        assert_eq!((bed_of(&standing(&stay)).map(|bed| &**bed), stay.moves.len()), (Some("a"), 1));
    }

    #[test]
    fn a_long_stay_keeps_its_latest_movements_and_loses_no_place() {
        let story: Vec<(i64, MovementKind, &str)> =
            (0..200).map(|n| (n, Transfer, if n % 2 == 0 { "a" } else { "b" })).collect();
        assert_eq!(place(&story).as_deref(), Some("b"));
    }
}

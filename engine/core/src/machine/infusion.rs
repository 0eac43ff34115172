//! What a pump did, from what it shows: the event sequences of IHE PCD-10 (IHE PCD TF-2, appendix M).
//!
//! A plain function on a plain state. What a pump shows (*a showing*) is whether it infuses, from which source, how fast, and
//! whether it keeps the vein open or is done. From one showing to the next:
//!
//! | before | now | events |
//! |---|---|---|
//! | – (first showing) | any | none: nobody knows when it began |
//! | idle | infusing | START (delivering, or kvo) |
//! | infusing | idle, done | COMP (not-delivering, not-specified) |
//! | infusing | idle, the pump alarms | STOP (not-delivering, alarming) |
//! | infusing | idle | STOP (not-delivering, by-clinician) |
//! | infusing | kvo | COMP (transitioning, rate before) · START (kvo) |
//! | kvo | infusing | STOP (transitioning) · START (delivering) |
//! | source A | source B, A the programmed one | STOP A (transitioning; switching-source for a piggyback) · START B |
//! | source B | source A, B's dose given | COMP B for a piggyback, STOP B for a bolus (transitioning) · START A |
//! | rate r | rate s | STOP (transitioning, r) · START (delivering, s) |
//!
//! Contact lost, or values that must not be used, are no showing: nothing ends by silence. When the pump is heard again, what
//! it shows is compared with what it showed last, so that a receiver which follows the events is right again at once.

use vigil_model::{DeliveryStatus, InfusionChange, InfusionSource, ProgramMode, Quantity, StopReason};

/// What a pump shows at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Showing {
    /// Whether fluid is pumped.
    pub(crate) infusing: bool,
    /// Whether only as much as keeps the vein open.
    pub(crate) kvo: bool,
    /// From which source.
    pub(crate) source: InfusionSource,
    /// How it is programmed.
    pub(crate) mode: ProgramMode,
    /// How fast, if the pump says so. Not zero while it infuses.
    pub(crate) rate: Option<Quantity>,
    /// Whether the programmed volume or time is done.
    pub(crate) done: bool,
    /// Whether the pump alarms in a way that stops it.
    pub(crate) alarming: bool,
}

/// An event, still without its pump and patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Happened {
    pub(crate) change: InfusionChange,
    pub(crate) status: DeliveryStatus,
    pub(crate) reason: Option<StopReason>,
    pub(crate) source: InfusionSource,
    pub(crate) mode: ProgramMode,
    pub(crate) flow: Option<Quantity>,
}

/// What a pump showed last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pump {
    last: Option<Showing>,
}

impl Pump {
    /// Takes a showing; at most two events, in the order in which they happened.
    pub(crate) fn take(&mut self, now: Showing) -> [Option<Happened>; 2] {
        // A rate that is not told for a while is the one that was told last.
        let same =
            |before: &Showing| before.infusing && now.infusing && (before.source, before.kvo) == (now.source, now.kvo);
        let now = Showing { rate: now.rate.or(self.last.filter(same).and_then(|before| before.rate)), ..now };
        match self.last.replace(now) {
            Some(before) => changes(before, now),
            None => [None, None],
        }
    }
}

fn changes(before: Showing, now: Showing) -> [Option<Happened>; 2] {
    match (before.infusing, now.infusing) {
        (false, false) => [None, None],
        (false, true) => [Some(start(now)), None],
        (true, false) => [Some(end(before, now)), None],
        (true, true) if before.kvo != now.kvo || before.source != now.source || differs(before.rate, now.rate) => {
            [Some(goes_over(before, now)), Some(start(now))]
        }
        (true, true) => [None, None],
    }
}

/// Another rate. That a pump says no rate is no change of it.
fn differs(before: Option<Quantity>, now: Option<Quantity>) -> bool {
    matches!((before, now), (Some(before), Some(now)) if before.cmp_value(now).is_ne())
}

fn start(now: Showing) -> Happened {
    Happened {
        change: InfusionChange::Start,
        status: if now.kvo { DeliveryStatus::Kvo } else { DeliveryStatus::Delivering },
        reason: None,
        source: now.source,
        mode: now.mode,
        flow: now.rate,
    }
}

/// The delivery is over, and nothing flows.
fn end(before: Showing, now: Showing) -> Happened {
    let (change, reason) = if now.done {
        (InfusionChange::Complete, StopReason::NotSpecified)
    } else if now.alarming {
        (InfusionChange::Stop, StopReason::Alarming)
    } else {
        (InfusionChange::Stop, StopReason::ByClinician)
    };
    Happened {
        change,
        status: DeliveryStatus::NotDelivering,
        reason: Some(reason),
        source: before.source,
        mode: before.mode,
        flow: Some(Quantity::ZERO),
    }
}

/// The delivery is over, and another one follows at once.
fn goes_over(before: Showing, now: Showing) -> Happened {
    let piggyback_given = before.source == InfusionSource::Secondary && now.source != before.source;
    let completed = piggyback_given || (now.kvo && !before.kvo);
    let begins_piggyback = now.source == InfusionSource::Secondary && before.source != now.source;
    Happened {
        change: if completed { InfusionChange::Complete } else { InfusionChange::Stop },
        status: DeliveryStatus::Transitioning,
        reason: begins_piggyback.then_some(StopReason::SwitchingSource),
        source: before.source,
        mode: before.mode,
        flow: before.rate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A showing in a few words: `idle`, `idle done`, `idle alarm`, `10`, `1 kvo`, `50 secondary`, `? bolus`.
    fn showing(text: &str) -> Showing {
        let words: Vec<&str> = text.split(' ').collect();
        let has = |word: &str| words.contains(&word);
        let source = match () {
            () if has("secondary") => InfusionSource::Secondary,
            () if has("bolus") => InfusionSource::Clinician,
            () => InfusionSource::Primary,
        };
        Showing {
            infusing: !has("idle"),
            kvo: has("kvo"),
            source,
            mode: ProgramMode::Continuous,
            rate: words[0].parse().ok(),
            done: has("done"),
            alarming: has("alarm"),
        }
    }

    fn told(happened: Happened) -> String {
        let word = |text: &'static str| text.rsplit_once("pump-").map_or(text, |(_, word)| word);
        let change = match happened.change {
            InfusionChange::Start => "START",
            InfusionChange::Stop => "STOP",
            InfusionChange::Complete => "COMP",
        };
        let status = word(happened.status.as_str()).trim_start_matches("delivery-status-");
        let source = word(happened.source.as_str()).trim_start_matches("source-info-");
        let reason = happened
            .reason
            .map_or(String::new(), |reason| format!(" {}", word(reason.as_str()).trim_start_matches("stopped-")));
        let flow = happened.flow.map_or("?".to_owned(), |flow| flow.to_string());
        format!("{change} {source} {status} {flow}{reason}")
    }

    /// A course of showings, and every event in its order.
    const SEQUENCES: &[(&str, &[&str], &[&str])] = &[
        ("start", &["idle", "10"], &["START primary delivering 10"]),
        ("pause", &["10", "idle"], &["STOP primary not-delivering 0 by-clinician"]),
        ("stopped by an alarm", &["10", "idle alarm"], &["STOP primary not-delivering 0 alarming"]),
        ("complete", &["10", "10", "idle done"], &["COMP primary not-delivering 0 not-specified"]),
        ("rate change", &["10", "12.5"], &["STOP primary transitioning 10", "START primary delivering 12.5"]),
        (
            "volume given, vein kept open, stopped",
            &["10", "1 kvo", "idle"],
            &["COMP primary transitioning 10", "START primary kvo 1", "STOP primary not-delivering 0 by-clinician"],
        ),
        (
            "programmed again out of kvo",
            &["1 kvo", "10"],
            &["STOP primary transitioning 1", "START primary delivering 10"],
        ),
        (
            "piggyback",
            &["10", "50 secondary", "10"],
            &[
                "STOP primary transitioning 10 switching-source",
                "START secondary delivering 50",
                "COMP secondary transitioning 50",
                "START primary delivering 10",
            ],
        ),
        (
            "bolus",
            &["10", "200 bolus", "10"],
            &[
                "STOP primary transitioning 10",
                "START clinician delivering 200",
                "STOP clinician transitioning 200",
                "START primary delivering 10",
            ],
        ),
        (
            "bolus of a pump that does not tell its rate",
            &["10", "? bolus", "10"],
            &[
                "STOP primary transitioning 10",
                "START clinician delivering ?",
                "STOP clinician transitioning ?",
                "START primary delivering 10",
            ],
        ),
        (
            "bolus out of a pause",
            &["idle", "200 bolus", "idle"],
            &["START clinician delivering 200", "STOP clinician not-delivering 0 by-clinician"],
        ),
        ("nothing is known of before", &["10"], &[]),
        ("nothing changes", &["idle", "idle done", "idle alarm", "idle"], &[]),
        ("the same rate with other digits, or none", &["10", "10.0", "?", "10"], &[]),
        (
            "another rate after none",
            &["10", "?", "20"],
            &["STOP primary transitioning 10", "START primary delivering 20"],
        ),
    ];

    #[test]
    fn every_sequence_of_the_profile() {
        for (name, course, expected) in SEQUENCES {
            let mut pump = Pump::default();
            let happened = course.iter().flat_map(|text| pump.take(showing(text))).flatten();
            assert_eq!(happened.map(told).collect::<Vec<_>>(), *expected, "{name}");
        }
    }

    proptest::proptest! {
        /// Whatever a pump shows: deliveries begin and end in turn, what ends is what began, and transitions are followed by a
        /// start.
        #[test]
        fn deliveries_begin_and_end_in_turn(course in proptest::collection::vec(
            proptest::sample::select(vec!["idle", "idle done", "idle alarm", "10", "20", "?", "1 kvo", "50 secondary", "200 bolus"]), 1..40,
        )) {
            let (mut pump, mut open) = (Pump::default(), None);
            pump.take(showing("idle"));
            for text in course {
                for happened in pump.take(showing(text)).into_iter().flatten() {
                    match happened.change {
                        InfusionChange::Start => {
                            proptest::prop_assert_eq!(open.replace(happened.source), None);
                            proptest::prop_assert!(happened.reason.is_none());
                        }
                        InfusionChange::Stop | InfusionChange::Complete => {
                            proptest::prop_assert_eq!(open.take(), Some(happened.source));
                            let delivers = happened.status == DeliveryStatus::NotDelivering;
                            proptest::prop_assert!(!delivers || happened.reason.is_some());
                        }
                    }
                }
                proptest::prop_assert_eq!(open, showing(text).infusing.then_some(showing(text).source));
            }
        }
    }
}

//! Thousands of random ADT messages, as HL7 text, into the reader and the engine, beside a naive model that knows every
//! message that has arrived and works out from scratch who is where: nothing may be charted to a patient who was not in
//! that bed at the determination time, by what was known when it was charted.
//!
//! All triggers, late, out of order, repeated, swapped, merged. Seeded; `VIGIL_ADT_SEED=<seed>` runs one again.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use vigil_engine::Engine;
use vigil_messages::listener::{Listener, Site};
use vigil_messages::receive::{self, Content};
use vigil_model::{
    Appliance, AssociationOrder, Bed, BedIndex, BedRules, Category, Command, Containment, Device, DeviceIndex,
    DeviceReport, Eui64, EventKind, Instant, Location, MetricDescriptor, Now, Observation, ObservationReport, Profile,
    Quality, Reading, Report, TechnicalRules, Timestamp, Value, Ward, dim, mdc,
};
use vigil_simulators::noise::Dice;

const BEDS: usize = 5;
const PATIENTS: usize = 9;
const START_S: i64 = 1_772_356_500;

fn now(milli: u64) -> Now {
    Now {
        monotonic: Instant::from_micros(1_000_000 + milli * 1000),
        utc: Timestamp::from_micros(START_S * 1_000_000 + i64::try_from(milli).unwrap() * 1000),
    }
}

fn ward() -> Ward {
    let containment = Containment::new(1, 1, 1, 1);
    let profile = Arc::new(Profile {
        name: "test".into(),
        title: "Monitor".into(),
        mds: mdc::DEV_MON_PHYSIO_MULTI_PARAM_MDS,
        nodes: Vec::new(),
        metrics: vec![MetricDescriptor {
            code: mdc::ECG_HEART_RATE,
            containment,
            unit: Some(dim::BEAT_PER_MIN),
            category: Category::Measurement,
            fresh_for: None,
            episodic: false,
            plausible: None,
            label: "HR".into(),
        }],
        alarms: Vec::new(),
        fresh_for: Duration::from_secs(20),
    });
    let bed = |number: usize| Bed {
        id: format!("bed-{number}").into(),
        location: Location { unit: "4B".into(), room: "401".into(), bed: number.to_string().as_str().into() },
        patient: None,
        report_interval: Duration::from_secs(10),
        rules: Vec::new(),
        technical: TechnicalRules::default(),
        further: BedRules::default(),
    };
    let device = |number: usize| Device {
        id: format!("mon-{number}").into(),
        bed: BedIndex(u32::try_from(number).unwrap()),
        profile: profile.clone(),
        eui64: None,
        quiet_time: Duration::from_secs(60),
        fresh_for: None,
    };
    Ward {
        appliance: Appliance {
            id: "ward".into(),
            eui64: Eui64(1),
            site: "s".into(),
            facility: "H".into(),
            test: false,
        },
        beds: (0..BEDS).map(bed).collect(),
        devices: (0..BEDS).map(device).collect(),
        calculators: Vec::new(),
    }
}

/// What happens to one visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Admit,
    Transfer,
    Discharge,
    Update,
    CancelAdmit,
    CancelTransfer,
    CancelDischarge,
}

/// A movement as the naive model keeps it. Place 0 to 4 is a bed, 5 is another ward; `None` is not said.
#[derive(Clone, Debug)]
struct Fact {
    visit: usize,
    at: u64,
    arrived: usize,
    kind: Kind,
    place: Option<usize>,
}

/// Everything that has arrived.
#[derive(Default)]
struct Naive {
    facts: Vec<Fact>,
    /// Identifier of each visit's patient, by which it is known now.
    merged: BTreeMap<String, String>,
}

impl Naive {
    /// Where a visit is after everything that occurred until `at`, by what has arrived.
    fn place(&self, visit: usize, at: u64) -> Option<usize> {
        let mut facts: Vec<&Fact> = self.facts.iter().filter(|fact| fact.visit == visit && fact.at <= at).collect();
        facts.sort_by_key(|fact| (fact.at, fact.arrived));
        let (mut here, mut place, mut before) = (false, None, None);
        for fact in facts {
            match fact.kind {
                Kind::Admit => (here, place) = (true, fact.place),
                Kind::Transfer => (here, before, place) = (true, place, fact.place),
                Kind::Discharge => here = false,
                Kind::Update => {}
                Kind::CancelAdmit => (here, place, before) = (false, None, None),
                Kind::CancelTransfer => (here, place, before) = (true, before.or(place), None),
                Kind::CancelDischarge => (here, place) = (true, fact.place.or(place)),
            }
        }
        place.filter(|place| here && *place < BEDS)
    }

    fn name(&self, id: &str) -> String {
        let mut id = id.to_owned();
        while let Some(into) = self.merged.get(&id) {
            id.clone_from(into);
        }
        id
    }
}

/// Visit, what happens, and where to, of each movement of a message.
type Moves = Vec<(usize, Kind, Option<usize>)>;

/// The hospital that sends.
struct Hospital {
    dice: Dice,
    visits: Vec<String>,
    /// Where each visit is, for events that mostly make sense.
    place: Vec<Option<usize>>,
    last: Vec<Option<usize>>,
    next_id: u64,
}

impl Hospital {
    fn pick(&mut self, below: usize) -> usize {
        self.dice.below(below)
    }

    fn location(place: usize) -> String {
        if place < BEDS { format!("4B^401^{place}^H") } else { "7A^1^1^H".to_owned() }
    }

    fn message(&mut self, trigger: &str, at: u64, segments: &str) -> String {
        self.next_id += 1;
        let time = |at: u64| {
            let mut out = Vec::new();
            vigil_messages::hl7::time::append_dtm(now(at).utc, &mut out);
            String::from_utf8(out).unwrap()
        };
        format!(
            "MSH|^~\\&|HIS|H|||{}||ADT^{trigger}|{}|P|2.5\rEVN||{}||||{}\r{segments}",
            time(at),
            self.next_id,
            time(at),
            time(at)
        )
    }

    fn patient(&self, visit: usize, place: Option<usize>) -> String {
        let location = place.map(Self::location).unwrap_or_default();
        format!("PID|||{}^^^H^MR||Doe^P{visit}\rPV1||I|{location}||||||||||||||||V{visit}\r", self.visits[visit])
    }

    /// The next message and what the naive model makes of it.
    fn next(&mut self, at: u64) -> (String, Moves, Option<(String, String)>) {
        let visit = self.pick(PATIENTS);
        let somewhere = self.pick(BEDS + 1);
        let free = (0..=BEDS).find(|place| !self.place.contains(&Some(*place))).filter(|_| self.pick(4) > 0);
        let target = free.unwrap_or(somewhere);
        let (trigger, kind, place) = match self.pick(20) {
            0..=5 => ("A01", Kind::Admit, Some(target)),
            6..=9 => ("A02", Kind::Transfer, Some(target)),
            10..=12 => ("A03", Kind::Discharge, self.place[visit]),
            13 => ("A08", Kind::Update, Some(somewhere)),
            14 => ("A11", Kind::CancelAdmit, None),
            15 => ("A12", Kind::CancelTransfer, None),
            16 => ("A13", Kind::CancelDischarge, None),
            17 => ("A04", Kind::Admit, Some(target)),
            18 => {
                let other = (visit + 1 + self.pick(PATIENTS - 1)) % PATIENTS;
                let (one, two) = (self.pick(BEDS), self.pick(BEDS));
                let (one, two) = (self.place[other].unwrap_or(one), self.place[visit].unwrap_or(two));
                let segments = format!("{}{}", self.patient(visit, Some(one)), self.patient(other, Some(two)));
                (self.place[visit], self.place[other]) = (Some(one), Some(two));
                let moves = vec![(visit, Kind::Transfer, Some(one)), (other, Kind::Transfer, Some(two))];
                return (self.message("A17", at, &segments), moves, None);
            }
            _ => {
                // The record of a patient turns out to be one of another number.
                let from = self.visits[visit].clone();
                let into = format!("{from}x");
                let segments = format!("PID|||{into}^^^H^MR||Doe^P{visit}\rMRG|{from}^^^H^MR\r");
                self.visits[visit].clone_from(&into);
                return (self.message("A40", at, &segments), Vec::new(), Some((from, into)));
            }
        };
        match kind {
            Kind::Admit | Kind::Transfer => {
                (self.last[visit], self.place[visit]) = (self.place[visit], place);
            }
            Kind::Discharge | Kind::CancelAdmit => self.last[visit] = self.place[visit].take(),
            Kind::CancelTransfer | Kind::CancelDischarge => self.place[visit] = self.last[visit],
            Kind::Update => {}
        }
        let segments = self.patient(visit, place);
        (self.message(trigger, at, &segments), vec![(visit, kind, place)], None)
    }
}

/// A message on its way.
struct Mail {
    due: u64,
    at: u64,
    text: String,
    moves: Moves,
    merge: Option<(String, String)>,
}

/// What a run came to.
#[derive(Debug, Default)]
struct Outcome {
    delivered: usize,
    reports: usize,
    charted: usize,
    held: usize,
}

fn run(seed: u64, messages: usize) -> Outcome {
    let ward = Arc::new(ward());
    let listener: Listener = serde_json::from_str(r#"{"id":"adt","address":"127.0.0.1:1"}"#).unwrap();
    let site = Site::new(&listener, &ward);
    let mut engine = Engine::new(ward.clone(), now(0));
    let mut naive = Naive::default();
    let mut hospital = Hospital {
        dice: Dice::new(seed),
        visits: (0..PATIENTS).map(|visit| format!("P{visit}")).collect(),
        place: vec![None; PATIENTS],
        last: vec![None; PATIENTS],
        next_id: 0,
    };
    let mut post: Vec<Mail> = Vec::new();
    let mut outcome = Outcome::default();
    let (mut milli, mut made, mut next_event) = (0u64, 0, 1000);
    while made < messages || !post.is_empty() {
        milli += 500;
        if made < messages && milli >= next_event {
            made += 1;
            let at = milli - hospital.dice.below(400) as u64;
            let (text, moves, merge) = hospital.next(at);
            // Most arrive at once, some late and behind others, some twice. A merge is never overtaken: identifiers that
            // nobody has heard of cannot be told from new ones.
            let delay = match hospital.dice.below(8) {
                _ if merge.is_some() => 0,
                0 => hospital.dice.below(40_000) as u64,
                1 => hospital.dice.below(4_000) as u64,
                _ => 0,
            };
            let is_twice = merge.is_none() && hospital.dice.below(10) == 0;
            let again = milli + delay + hospital.dice.below(20_000) as u64;
            if is_twice {
                post.push(Mail { due: again, at, text: text.clone(), moves: moves.clone(), merge: None });
            }
            post.push(Mail { due: milli + delay, at, text, moves, merge });
            next_event = milli + 500 * (1 + hospital.dice.below(12) as u64);
        }
        let mut commands = Vec::new();
        let (due, later): (Vec<Mail>, Vec<Mail>) = post.into_iter().partition(|mail| mail.due <= milli);
        post = later;
        for mail in due {
            let received = receive::receive(mail.text.as_bytes(), &listener, &site, &ward, now(milli).utc);
            let Ok(Content::Adt(event)) = received.content else { panic!("{:?}", received.content) };
            let order = Box::new(AssociationOrder::Adt(event));
            commands.push(Command::Associate { reference: 1, order });
            outcome.delivered += 1;
            for (visit, kind, place) in mail.moves {
                naive.facts.push(Fact { visit, at: mail.at, arrived: naive.facts.len(), kind, place });
            }
            naive.merged.extend(mail.merge);
        }
        let mut reports: Vec<DeviceReport> = (0..BEDS).map(|bed| hear(bed, milli)).collect();
        for event in engine.step(now(milli), &mut reports, &mut commands) {
            if let EventKind::Observations(report) = &event.kind {
                check(report, &naive, &mut outcome);
            }
        }
    }
    outcome
}

fn hear(bed: usize, milli: u64) -> DeviceReport {
    let reading = Reading::Value(Value::Numeric("80".parse().unwrap()), Quality::Valid);
    let row = Containment::new(1, 1, 1, 1);
    let report = Report::Observation(Observation::new(mdc::ECG_HEART_RATE, row, Some(dim::BEAT_PER_MIN), reading));
    DeviceReport { device: DeviceIndex(u32::try_from(bed).unwrap()), received: now(milli), report }
}

/// Whoever a report is charted to was in that bed at every determination time, and at no moment of the report elsewhere.
fn check(report: &ObservationReport, naive: &Naive, outcome: &mut Outcome) {
    outcome.reports += 1;
    let Some(patient) = &report.patient else { return };
    if report.held {
        outcome.held += 1;
        return;
    }
    let bed: usize = report.bed.strip_prefix("bed-").unwrap().parse().unwrap();
    let visit: usize = patient.visit.strip_prefix('V').unwrap().parse().unwrap();
    let milli = |at: Timestamp| u64::try_from(at.as_micros() / 1000 - START_S * 1000).unwrap();
    for observation in &report.observations {
        let at = milli(observation.determined_at.unwrap());
        assert_eq!(
            naive.place(visit, at),
            Some(bed),
            "an observation of {at} ms was charted to V{visit} at {}: {}..{}; {:?}",
            report.bed,
            milli(report.start),
            milli(report.end),
            naive.facts.iter().filter(|fact| fact.visit == visit).collect::<Vec<_>>()
        );
        outcome.charted += 1;
    }
    let name = naive.name(&format!("P{visit}"));
    assert!(name.starts_with(&*patient.id), "charted to {} where {name} is meant", patient.id);
}

fn seeds(usual: std::ops::Range<u64>) -> std::ops::Range<u64> {
    match std::env::var("VIGIL_ADT_SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => usual,
    }
}

fn runs(usual: std::ops::Range<u64>, messages: usize) {
    for seed in seeds(usual) {
        let outcome = run(seed, messages);
        assert!(outcome.delivered >= messages, "seed {seed}");
        assert!(outcome.charted * 10 > outcome.reports, "hardly anything was charted: {outcome:?}");
    }
}

#[test]
fn nothing_is_charted_to_whom_it_is_not_of() {
    runs(0..4, 300);
}

#[test]
#[ignore = "minutes without optimisation: cargo test --release --test adt_random -- --ignored"]
fn ten_thousand_messages_and_nothing_is_charted_to_whom_it_is_not_of() {
    runs(100..110, 10_000);
}

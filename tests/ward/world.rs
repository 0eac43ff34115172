//! A whole ward in memory under one hand-moved clock: simulated devices, wires, sessions, the engine, the encoders, outboxes,
//! the EHR and the nurse call. Time jumps from one moment at which something is due to the next; after every step of the
//! appliance everything that must hold is checked.

#[path = "crash.rs"]
mod crash;
#[path = "watch.rs"]
mod watch;

use std::sync::Arc;
use std::time::Duration;

use vigil_config::Plan;
use vigil_engine::Engine;
use vigil_messages::{ControlIds, Destination};
use vigil_model::{Code, Command, DeviceReport, Instant, Now, Timestamp};
use vigil_simulators::SimulatedWard;
use vigil_simulators::noise::Dice;

use crate::case::Case;
use crate::checks;
use crate::disk::{Disk, DiskOutbox};
use crate::hospital::Hospital;
use crate::ledger::{Ledger, Step};
use crate::line::Line;
use crate::network::Trouble;
use crate::reference::Reference;
use crate::station::Station;
use crate::transcript::Transcript;
use crate::truth::Observed;

/// Steps between two crashes, about.
const CRASH_EVERY: usize = 50;

pub(crate) struct World {
    pub(crate) case: Case,
    pub(crate) plan: Plan,
    pub(crate) start: Now,
    pub(crate) now: Now,
    pub(crate) lines: Vec<Line>,
    engine: Engine,
    control_ids: ControlIds,
    /// What has arrived and waits for the next step.
    reports: Vec<DeviceReport>,
    commands: Vec<Command>,
    /// The loop of the appliance is busy for a moment: what arrives is taken in one batch.
    lag: Duration,
    batch_at: Option<Instant>,
    disk: Disk,
    pub(crate) hospital: Hospital,
    pub(crate) station: Station,
    reference: Reference,
    pub(crate) ledger: Ledger,
    pub(crate) observed: Vec<Observed>,
    dice: Dice,
    crash_in: Option<usize>,
    pub(crate) steps: u64,
    pub(crate) crashes: u64,
    pub(crate) values_checked: u64,
    /// Values of each device: when, by position in the ward.
    pub(crate) heard: Vec<Vec<(Instant, Code)>>,
    pub(crate) transcript: Transcript,
}

impl World {
    pub(crate) fn new(case: Case, transcript: Transcript) -> Self {
        Self::of(case, &case.ward(), transcript)
    }

    pub(crate) fn of(case: Case, ward: &SimulatedWard, transcript: Transcript) -> Self {
        let start = Now { monotonic: Instant::from_micros(7_000_000), utc: Timestamp::from_seconds(1_772_356_500) };
        let plan = case.plan(ward);
        let mut lines = Vec::new();
        let mut observed: Vec<Option<Observed>> = plan.ward.devices.iter().map(|_| None).collect();
        for ((position, link), planned) in (0u64..).zip(ward.links()).zip(&plan.links) {
            assert_eq!(*link.id, **planned.id());
            let faults = case.wires.plan(case.derived(2), position, &link.what);
            let line = Line::new(ward, link, planned, &faults, start);
            watch::observe(ward, &case, planned, &link.what, &line, &mut observed);
            lines.push(line);
        }
        let observed = observed.into_iter().map(|observed| observed.expect("each device is on a link")).collect();
        let Some(Destination::Hl7(ehr)) = plan.destinations.first() else { panic!("the EHR comes first") };
        let (to_ehr, to_station) = (Trouble::of(case.derived(3)), Trouble::of(case.derived(4)));
        let acknowledge_after = [None, Some(Duration::from_secs(6)), Some(Duration::from_secs(25))];
        let acknowledge_after = acknowledge_after[(case.derived(5) % 3) as usize];
        let lag = if case.derived(6).is_multiple_of(3) { Duration::from_millis(80) } else { Duration::ZERO };
        let mut dice = Dice::new(case.derived(7));
        let troubles = |trouble, purpose| (trouble, case.derived(purpose), case.length);
        Self {
            engine: Engine::new(Arc::clone(&plan.ward), start),
            control_ids: ControlIds::new(&plan.ward.appliance.id, 1),
            disk: Disk::new(plan.destinations.iter().map(|destination| Arc::clone(destination.id()))),
            hospital: Hospital::new(ehr.clone(), ward.expected(), troubles(to_ehr, 8), start),
            station: Station::new(acknowledge_after, troubles(to_station, 9), start),
            reference: Reference::new(&plan.ward, start),
            ledger: Ledger::new(&plan.ward),
            heard: plan.ward.devices.iter().map(|_| Vec::new()).collect(),
            crash_in: case.crashes.then(|| 1 + dice.below(CRASH_EVERY)),
            reports: Vec::new(),
            commands: Vec::new(),
            batch_at: None,
            now: start,
            steps: 0,
            crashes: 0,
            values_checked: 0,
            case,
            plan,
            start,
            lines,
            lag,
            observed,
            dice,
            transcript,
        }
    }

    /// Runs the case, lets everything arrive, and compares both sides.
    pub(crate) fn run(mut self) -> Self {
        let end = self.start.monotonic + self.case.length;
        while self.now.monotonic <= end {
            self.step_all();
            self.move_on();
        }
        self.settle();
        checks::at_the_end(&self.ledger, &self.disk, &self.hospital, &self.station);
        self
    }

    /// Everything that is due now.
    fn step_all(&mut self) {
        let now = self.now;
        for line in &mut self.lines {
            line.step(now, &mut self.reports);
        }
        self.step_receivers();
        let has_input = !self.reports.is_empty() || !self.commands.is_empty();
        if has_input && self.batch_at.is_none() {
            self.batch_at = Some(now.monotonic + self.lag);
        }
        let is_due = |due: Option<Instant>| due.is_some_and(|due| due <= now.monotonic);
        if is_due(self.batch_at) || is_due(self.engine.next_deadline()) {
            self.batch_at = None;
            self.step_appliance();
            self.step_receivers();
        }
    }

    fn step_receivers(&mut self) {
        let (now, ledger, transcript) = (self.now, &self.ledger, &mut self.transcript);
        let outbox = self.disk.outboxes.get_mut("ehr").expect("the EHR's outbox");
        self.hospital.step(now, outbox, &mut |message| {
            transcript.bytes("ehr", now, message);
            checks::charted(message, ledger);
        });
        let outbox = self.disk.outboxes.get_mut("nurse-call").expect("the nurse call's outbox");
        let before = self.commands.len();
        self.station.step(now, outbox, &mut self.commands);
        self.transcript.lines("answer", now, &self.commands[before..]);
    }

    /// One step of the appliance, as its loop does it: step, encode, commit, tell.
    fn step_appliance(&mut self) {
        let now = self.now;
        self.steps += 1;
        let (mut reports, mut commands) = (std::mem::take(&mut self.reports), std::mem::take(&mut self.commands));
        let given = (reports.clone(), commands.clone());
        let events = self.engine.step(now, &mut reports, &mut commands);
        assert!(reports.is_empty() && commands.is_empty(), "a step takes everything");
        let mut outgoing = Vec::new();
        for (position, event) in events.iter().enumerate() {
            for destination in &self.plan.destinations {
                let made = vigil_messages::encode(destination, &self.plan.ward, event, &mut self.control_ids);
                outgoing.extend(made.into_iter().map(|message| (position, message)));
            }
        }
        let step = Step { reports: given.0, commands: given.1, events, outgoing };
        let is_crash = self.crash_in.as_mut().is_some_and(|left| {
            *left = left.saturating_sub(1);
            *left == 0
        });
        if is_crash && self.dice.below(2) == 0 {
            return self.crash(); // before anything of this step was on disk
        }
        let counters = [self.engine.next_seq(), self.engine.next_occurrence(), self.control_ids.next()];
        let messages = || step.outgoing.iter().map(|(_, message)| message);
        self.disk.commit(counters, &step.events, messages());
        self.check(&step);
        if is_crash {
            return self.crash(); // before anybody was told
        }
        let is_for = |id: &str| messages().any(|message| *message.destination == *id);
        if is_for("ehr") {
            self.hospital.wake(now);
        }
        if is_for("nurse-call") {
            self.station.wake(now);
        }
    }

    /// To the next moment at which anything is due, or a microsecond further, so that time passes whatever the parts say.
    fn move_on(&mut self) {
        let now = self.now;
        let lines = self.lines.iter().filter_map(|line| line.next_due(now));
        let own = [self.batch_at, self.engine.next_deadline()].into_iter().flatten();
        let next = lines.chain(own).chain(self.receivers_due()).min();
        self.move_to(next.unwrap_or(now.monotonic + Duration::from_secs(1)));
    }

    fn move_to(&mut self, next: Instant) {
        let next = next.max(self.now.monotonic + Duration::from_micros(1));
        self.now = self.now.after(next.since(self.now.monotonic));
    }

    fn receivers_due(&self) -> Option<Instant> {
        [self.hospital.next_due(self.now), self.station.next_due(self.now)].into_iter().flatten().min()
    }

    /// The appliance says nothing more, and everything that it has said arrives.
    fn settle(&mut self) {
        let longest = self.now.monotonic + Duration::from_secs(300);
        while self.disk.outboxes.values().any(|outbox| outbox.waiting() > 0) {
            let waiting = |(id, outbox): (&Arc<str>, &DiskOutbox)| format!("{id}: {}", outbox.waiting());
            let waiting: Vec<String> = self.disk.outboxes.iter().map(waiting).collect();
            assert!(self.now.monotonic < longest, "messages wait for ever: {waiting:?}");
            self.move_to(self.receivers_due().unwrap_or(longest));
            self.step_receivers();
            self.commands.clear();
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Case { seed, scenario, wires, crashes, .. } = self.case;
            let at = self.now.monotonic.since(self.start.monotonic);
            let crashes = if crashes { "/crashes" } else { "" };
            eprintln!("\n{} at {at:?} ({} steps, {} crashes)", self.case, self.steps, self.crashes);
            eprintln!("again: VIGIL_WARD_SEED={seed}/{scenario}/{wires:?}{crashes} cargo test -p vigil --test ward\n");
        }
    }
}

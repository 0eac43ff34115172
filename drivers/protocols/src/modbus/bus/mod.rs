//! The schedule of one bus: which unit is read next, and what its answers say. Without I/O: a shell performs the reads.
//!
//! | term | meaning |
//! |---|---|
//! | task | one request of one unit that is repeated with a period (`task.rs`) |
//! | due | when a task is planned next; its *deadline* is one period later |
//! | live unit | a unit that answered one of its last three requests; an answer may be an exception |
//! | trusted unit | a live unit that answered its last request |
//! | dead unit | a unit that did not: it is only *probed*, with growing pauses, in time that live units leave (`probe.rs`) |
//!
//! 1. Trusted units come before the others, so that a unit on its way to be found dead takes only time that they leave.
//!    Among them, alarm blocks of a unit that has just been connected come first; then the earliest deadline; on ties alarm
//!    blocks.
//! 2. Planned times are fixed when the bus is connected and spread over the period, so that units do not bunch, neither on
//!    one bus nor across buses. A late read does not move the following ones.
//! 3. A request that a unit refuses for its addresses is split until the bad address is alone and left out; the whole block
//!    is tried again every [`EXCLUDED_RETRY`].
//! 4. One request is out at a time. An answer belongs to the request before it, or the shell says that it timed out: bytes
//!    that come later are counted by [`Bus::handle_late`] and never read.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{DeviceIndex, DeviceReport, Fault, FaultKind, Instant, Now, Report};

use super::profile::decode::Said;
use super::{Data, ReadError, ReadRequest, RegisterProfile, UnitId, exception_text};
use crate::identity::{ExpectedIdentity, IdentityGate};
use crate::link::BusSettings;
use crate::tape::{Input, Tape, Taping};

mod outcome;
mod probe;
mod refused;
mod task;
mod unit;

pub use refused::EXCLUDED_RETRY;
pub use unit::{FAILURES_MAX, UnitCounters};

use probe::Budget;
use task::Task;
use unit::Unit;

/// One unit of a bus and the device it is.
#[derive(Clone, Debug)]
pub struct BusUnit {
    /// The device that reports are about.
    pub device: DeviceIndex,
    /// Its address.
    pub unit: UnitId,
    /// What it is.
    pub profile: Arc<RegisterProfile>,
    /// Period of its fastest block, if not the profile's; slower blocks keep their ratio to it.
    pub poll_interval: Option<Duration>,
    /// How long it may be silent before its link counts as lost; three polls by default.
    pub quiet_time: Option<Duration>,
}

/// What the shell is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusAction {
    /// Perform this read, then call [`Bus::handle_outcome`].
    Read(ReadRequest),
    /// Nothing before this time.
    Wait(Instant),
}

/// The schedule of one bus.
#[derive(Debug)]
pub struct Bus {
    settings: BusSettings,
    units: Vec<Unit>,
    tasks: Vec<Task>,
    connected: bool,
    running: Option<Running>,
    /// Until when the line rests after the last answer.
    rest_until: Instant,
    /// The unit that late bytes are attributed to.
    timed_out: Option<usize>,
    budget: Budget,
    /// Longest time that an answered read took: what a read may cost.
    slowest: Duration,
    reports: VecDeque<DeviceReport>,
    /// Whether losses are explained, and whether the line is a serial one.
    doctor: Option<bool>,
    said: Vec<Said>,
    taping: Option<Taping>,
}

/// The read that is out, or has just ended.
#[derive(Clone, Copy, Debug)]
struct Running {
    task: usize,
    started: Instant,
    is_probe: bool,
    is_out: bool,
}

impl Bus {
    /// A bus that is not connected.
    pub fn new(settings: BusSettings, units: Vec<BusUnit>) -> Self {
        let units: Vec<Unit> = units.into_iter().map(Unit::new).collect();
        let tasks = units.iter().enumerate().flat_map(|(index, unit)| task::of_unit(index, unit)).collect();
        Self {
            settings,
            units,
            tasks,
            connected: false,
            running: None,
            rest_until: Instant::default(),
            timed_out: None,
            budget: Budget::default(),
            slowest: Duration::ZERO,
            reports: VecDeque::new(),
            doctor: None,
            said: Vec::new(),
            taping: None,
        }
    }

    /// Takes down on `tape` whatever is handed to this bus from now on. To be called before anything else.
    pub fn record_on(&mut self, tape: Box<dyn Tape>) {
        self.taping = Some(Taping::new(tape));
    }

    fn tape(&mut self, now: Now, input: impl FnOnce() -> Input) {
        if let Some(taping) = &mut self.taping {
            taping.input(now, input());
        }
    }

    /// Looks at who answers and what is wrong with the line: units that must say who they are say nothing before they have,
    /// and a unit that is lost by its silence is told with what the line doctor makes of it. To be called once, before
    /// anything else; `serial` says that the bus is on a serial line.
    pub fn guard(&mut self, serial: bool, expected: &BTreeMap<DeviceIndex, ExpectedIdentity>) {
        self.doctor = Some(serial);
        for unit in &mut self.units {
            let expected = expected.get(&unit.device).filter(|expected| !expected.is_empty());
            unit.gate = expected.map(|expected| IdentityGate::new(expected.clone()));
        }
    }

    /// The port or connection is open: all units start anew, alarm blocks first.
    pub fn handle_connected(&mut self, now: Now) {
        self.tape(now, || Input::Connected);
        self.connected = true;
        self.running = None;
        self.rest_until = now.monotonic;
        self.budget = Budget::full(now.monotonic);
        let first = self.units.first().map_or(DeviceIndex(0), |unit| unit.device);
        task::spread(&mut self.tasks, first, now.monotonic);
        for index in 0..self.units.len() {
            self.units[index].restart();
            let report = self.units[index].watch.connected(now.monotonic);
            self.push(index, now, report);
        }
    }

    /// The port or connection is gone, or could not be opened: the links of all units are lost.
    pub fn handle_disconnected(&mut self, now: Now, reason: &str) {
        self.tape(now, || Input::Disconnected(reason.to_owned()));
        self.connected = false;
        self.running = None;
        for index in 0..self.units.len() {
            let report = self.units[index].watch.disconnected(reason);
            self.push(index, now, report);
        }
    }

    /// What to do now. Call it again when the time has come or the read has ended. A read whose outcome was never handed in
    /// counts as abandoned.
    pub fn poll_action(&mut self, now: Now) -> BusAction {
        self.tape(now, || Input::Action);
        let at = now.monotonic;
        if let Some(running) = self.running.take()
            && running.is_probe
        {
            self.budget.charge(at.since(running.started));
        }
        self.expire(now);
        if !self.connected {
            return BusAction::Wait(at + Duration::from_secs(1));
        }
        if at < self.rest_until {
            return BusAction::Wait(self.rest_until);
        }
        self.rejoin(at);
        let due = task::next_due(&self.tasks, &self.units, at).map(|task| (task, false));
        match due.or_else(|| self.next_probe(at).map(|task| (task, true))) {
            Some((task, is_probe)) => {
                self.running = Some(Running { task, started: at, is_probe, is_out: true });
                let Task { unit: index, segment, .. } = self.tasks[task];
                let unit = &mut self.units[index];
                unit.counters.polls += 1;
                unit.counters.probes += u64::from(is_probe);
                BusAction::Read(segment.request(&unit.profile, unit.id))
            }
            None => BusAction::Wait(self.wake(at)),
        }
    }

    /// The read that [`Self::poll_action`] asked for has ended. Without one, nothing happens.
    pub fn handle_outcome(&mut self, now: Now, outcome: Result<Data, ReadError>) {
        self.tape(now, || Input::Outcome(outcome.clone()));
        let Some(running) = self.running.as_mut().filter(|running| running.is_out) else { return };
        running.is_out = false;
        let (task, started) = (running.task, running.started);
        let at = now.monotonic;
        let Task { unit, segment, pause, .. } = self.tasks[task];
        let request = segment.request(&self.units[unit].profile, self.units[unit].id);
        self.rest_until = at + self.settings.pause.max(pause);
        match outcome {
            Ok(data) if fits(&request, &data) => {
                self.slowest = self.slowest.max(at.since(started));
                self.answered(task, now);
                self.tasks[task].measure(at, &mut self.units[unit]);
                self.tasks[task].plan_next(at, &mut self.units[unit]);
                self.report_values(task, now, &request, &data);
            }
            Ok(data) => {
                let error = ReadError::WrongLength { want: usize::from(request.count()), got: data.len() };
                self.failed(task, now, FaultKind::Framing, format!("{request}: {error}"));
            }
            Err(error @ (ReadError::WrongLength { .. } | ReadError::Protocol(_))) => {
                self.units[unit].counters.malformed += 1;
                self.failed(task, now, FaultKind::Framing, format!("{request}: {error}"));
            }
            Err(error @ ReadError::Timeout) => {
                self.units[unit].counters.timeouts += 1;
                self.timed_out = Some(unit);
                self.failed(task, now, FaultKind::Timeout, format!("{request}: {error}"));
            }
            // The gateway speaks, and says that the unit does not.
            Err(error @ ReadError::Exception(10 | 11)) => {
                self.units[unit].counters.timeouts += 1;
                self.failed(task, now, FaultKind::Exception, format!("{request}: {error}"));
            }
            Err(ReadError::Exception(code)) => {
                self.units[unit].counters.exceptions += 1;
                self.answered(task, now);
                let detail = format!("{request}: exception {code} ({})", exception_text(code));
                self.push(unit, now, Some(Report::Fault(Fault::new(FaultKind::Exception, 0, detail))));
                self.refused(task, now, code);
            }
            // The shell says next that the connection is gone.
            Err(ReadError::Transport(_)) => self.tasks[task].plan_next(at, &mut self.units[unit]),
        }
    }

    /// Reports units that have been silent for too long. Calling it early does nothing; [`Self::poll_action`] does it too.
    pub fn handle_timeout(&mut self, now: Now) {
        self.tape(now, || Input::Timeout);
        self.expire(now);
    }

    fn expire(&mut self, now: Now) {
        for index in 0..self.units.len() {
            if self.may_be_silent(index) {
                let report = self.units[index].watch.expire(now.monotonic);
                let report = self.explained(index, report);
                self.push(index, now, report);
            }
        }
    }

    /// When [`Self::handle_timeout`] has something to say if nothing is heard until then: also while a read is out or the
    /// connection is being opened again.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let asked = self.units.iter().enumerate().filter(|(index, _)| self.may_be_silent(*index));
        asked.filter_map(|(_, unit)| unit.watch.deadline()).min()
    }

    /// Bytes came after their read had timed out and were discarded.
    pub fn handle_late(&mut self, now: Now, bytes: usize) {
        if bytes == 0 {
            return;
        }
        self.tape(now, || Input::Late(bytes as u64));
        let Some(index) = self.timed_out.or((self.units.len() == 1).then_some(0)) else { return };
        let unit = &mut self.units[index];
        unit.counters.late_bytes += bytes as u64;
        let detail = format!("{bytes} bytes after the time-out of unit {}", unit.id);
        self.push(index, now, Some(Report::Fault(Fault::new(FaultKind::Unexpected, bytes, detail))));
    }

    /// The next thing to report. Drain it after every other call.
    pub fn poll_report(&mut self) -> Option<DeviceReport> {
        let report = self.reports.pop_front();
        if let Some(taping) = &mut self.taping {
            taping.polled(report.is_some());
        }
        report
    }

    /// Counters of every unit, in the order of [`Self::new`].
    pub fn counters(&self) -> impl Iterator<Item = (DeviceIndex, UnitCounters)> {
        self.units.iter().map(|unit| (unit.device, unit.counters))
    }

    /// The units' profiles, in the order of [`Self::new`].
    pub fn profiles(&self) -> impl Iterator<Item = (DeviceIndex, &Arc<RegisterProfile>)> {
        self.units.iter().map(|unit| (unit.device, &unit.profile))
    }

    fn wake(&self, at: Instant) -> Instant {
        let tasks = self.tasks.iter().filter(|task| self.units[task.unit].is_live()).map(Task::wake);
        let watches = self.poll_timeout();
        let probes = self.units.iter().filter_map(|unit| unit.breaker.probe_at()).map(|due| due.max(at + probe::RETRY));
        tasks.chain(watches).chain(probes).min().unwrap_or(at + Duration::from_secs(1))
    }

    /// Silence is no answer to a question: a unit that waits for its turn while others time out is not silent. One that has
    /// nothing to be asked is.
    fn may_be_silent(&self, index: usize) -> bool {
        let is_asked = |task: &Task| task.unit == index && task.excluded_until.is_none();
        self.units[index].failures > 0 || !self.tasks.iter().any(is_asked)
    }

    fn push(&mut self, unit: usize, now: Now, report: Option<Report>) {
        let Unit { device, gate, .. } = &mut self.units[unit];
        let (Some(report), device) = (report, *device) else { return };
        let mut keep = |report| self.reports.push_back(DeviceReport { device, received: now, report });
        match gate {
            None => keep(report),
            Some(gate) => gate.pass(report, keep),
        }
    }
}

/// Whether data is of the form and length that was asked for.
fn fits(request: &ReadRequest, data: &Data) -> bool {
    matches!(data, Data::Bits(_)) == request.table().is_bits() && data.len() == usize::from(request.count())
}

#[cfg(test)]
mod tests;

//! `Receive`: takes reports in order of arrival, and what is said about destinations; every single one: several readings of a metric in one step are judged one
//! by one.
//!
//! What a report says is checked here against the device's profile. A metric that is not declared is counted as a fault
//! and dropped; a value in another unit or outside the plausible range is kept as invalid.

use std::sync::Arc;
use std::time::Duration;

use bevy_ecs::schedule::{IntoScheduleConfigs, Schedule};
use bevy_ecs::system::{Query, Res, ResMut};
use vigil_model::{
    Absence, Command, ConditionKind, Containment, DeviceAlarm, DeviceReport, FaultKind, Identity, InfusionEvent,
    Instant, Now, Observation, OperatingMode, Priority, Quality, Reading, Report, Timestamp, Value, mdc,
};

use super::Stage;
use super::watched::Watched;
use crate::counters::Tally;
use crate::deadlines::NEVER;
use crate::device::{Connection, Fixed, Metrics, Standing};
use crate::flow::{Clock, Drafts, Fact, Facts, Inbox, Index, InfusionDraft, Said, Timers};
use crate::layout::MetricLayout;
use crate::pumps::{self, Pumps};

pub(crate) fn install(schedule: &mut Schedule) {
    schedule.add_systems((receive_reports, receive_deliveries).chain().in_set(Stage::Receive));
}

#[allow(clippy::too_many_arguments, reason = "a system names every resource it uses")]
fn receive_reports(
    clock: Res<Clock>,
    index: Res<Index>,
    mut inbox: ResMut<Inbox>,
    mut timers: ResMut<Timers>,
    mut facts: ResMut<Facts>,
    mut drafts: ResMut<Drafts>,
    mut tally: ResMut<Tally>,
    mut devices: Query<(&Fixed, &mut Connection, &mut Metrics, Option<&mut Pumps>)>,
) {
    tally.reports += inbox.reports.len() as u64;
    let mut reports = inbox.reports.drain(..);
    while let Some(device) = reports.as_slice().first().map(|report| report.device) {
        let row = reports.as_slice().iter().take_while(|report| report.device == device).count();
        let entity = index.devices.get(device.0 as usize);
        let Some((fixed, mut connection, mut metrics, mut pumps)) =
            entity.and_then(|entity| devices.get_mut(*entity).ok())
        else {
            tally.unknown_devices += row as u64;
            reports.by_ref().take(row).for_each(drop);
            continue;
        };
        let mut watched = Watched {
            fixed,
            connection: &mut connection,
            metrics: &mut metrics,
            facts: &mut facts.0,
            drafts: &mut drafts,
            clock: *clock,
        };
        for report in reports.by_ref().take(row) {
            if let Some(pumps) = &mut pumps {
                watched.hear_pump(pumps, &report);
            }
            watched.receive(report, &mut tally);
        }
        if let Some(pumps) = &mut pumps {
            watched.look_at_pumps(pumps);
        }
        let deadline = watched.first_deadline();
        metrics.next = deadline;
        timers.supervise.set(fixed.index, deadline);
    }
}

/// Takes what commands say about destinations, as alarms of the appliance, and whether its own clock jumped.
fn receive_deliveries(clock: Res<Clock>, index: Res<Index>, mut inbox: ResMut<Inbox>, mut facts: ResMut<Facts>) {
    let (at, device) = (clock.now.monotonic, index.appliance_member());
    let fact = |said: Said| Fact { at, device, by_time: false, metric: 0, said, determined: at };
    if clock.jumped {
        facts.0.push(fact(Said::ClockJumped));
    }
    inbox.commands.retain(|command| {
        let (text, present) = match command {
            Command::Delivery { destination, failing } => (format!("No delivery to {destination}").into(), *failing),
            Command::Appliance { text, failing } => (Arc::clone(text), *failing),
            Command::Answer { .. }
            | Command::Hold { .. }
            | Command::Enable { .. }
            | Command::Chart { .. }
            | Command::Adjust { .. }
            | Command::Associate { .. } => return true,
        };
        facts.0.push(fact(Said::Alarm(Box::new(DeviceAlarm {
            event: mdc::X_EVT_DELIVERY_FAILED,
            source: Containment::new(1, 0, 0, 0),
            present,
            // No lower than what it may hide.
            priority: Priority::High,
            kind: ConditionKind::Technical,
            text,
        }))));
        false
    });
}

/// Whether two identities are of different devices. What one of them leaves out says nothing; software is renewed.
fn is_other_device(before: &Identity, now: &Identity) -> bool {
    let differs = |a: &str, b: &str| !a.is_empty() && !b.is_empty() && a != b;
    differs(&before.serial, &now.serial)
        || differs(&before.model, &now.model)
        || differs(&before.manufacturer, &now.manufacturer)
}

impl Watched<'_> {
    /// Compares the device's own time with the monotonic clock: against civil time, a jump of the appliance would look like
    /// one of every device.
    fn watch_clock(&mut self, at: Instant, received: Now, device_time: Timestamp) {
        // The condition has a bound of its own; the estimate is for people.
        self.connection.clock.take(device_time, Now { monotonic: at, utc: received.utc });
        let device_time_us = device_time.as_micros();
        let offset = device_time_us.saturating_sub(at.as_micros().cast_signed());
        let before = self.connection.clock_offset_us.replace(offset);
        let jumped =
            |before: i64| u128::from(offset.abs_diff(before)) > self.fixed.layout.technical.clock_jump.as_micros();
        if before.is_some_and(jumped) {
            self.tell(at, false, Said::ClockJumped);
        }
    }

    /// Takes one report.
    fn receive(&mut self, report: DeviceReport, tally: &mut Tally) {
        // A step takes the ward from the time of the step before to now, and time does not run backwards for a device.
        let at = report.received.monotonic.min(self.clock.now.monotonic);
        let at = at.max(self.clock.before).max(self.connection.moved_to);
        self.connection.moved_to = at;
        if self.metrics.next <= at {
            self.lapse(at);
        }
        match report.report {
            Report::Observation(observation) => {
                self.hear(at);
                self.observe(at, report.received, observation, tally);
            }
            Report::Link(link) => self.link(at, &link),
            Report::Identity(identity) => {
                self.hear(at);
                if self.connection.identity != identity {
                    let other = is_other_device(&self.connection.identity, &identity);
                    self.connection.identity = identity;
                    if other {
                        self.tell(at, false, Said::OtherDevice);
                    }
                    self.drafts.devices.push(self.fixed.index);
                    self.drafts.identified.push(self.fixed.index);
                }
            }
            Report::Mode(mode) => {
                self.hear(at);
                self.mode(at, mode);
            }
            Report::Alarm(alarm) => {
                self.hear(at);
                self.tell(at, false, Said::Alarm(Box::new(alarm)));
            }
            Report::AlarmsListed => {
                self.hear(at);
                self.tell(at, false, Said::AlarmsListed);
            }
            // Passed on beside the engine, which keeps no waveform.
            Report::Waveform(_) => self.hear(at),
            // Noise on the line is not the device speaking.
            Report::Fault(fault) => self.count(fault.kind),
        }
    }

    /// What the pumps of the device showed until now is looked at once all that was read at one time is known.
    fn hear_pump(&mut self, pumps: &mut Pumps, report: &DeviceReport) {
        let at = report.received.monotonic;
        if pumps.unseen.is_some_and(|unseen| unseen != at) {
            self.look_at_pumps(pumps);
        }
        match &report.report {
            Report::Observation(_) => pumps.unseen = Some(at),
            Report::Alarm(alarm) => pumps.alarm(alarm),
            Report::AlarmsListed => pumps.listed(),
            Report::Link(_) | Report::Identity(_) | Report::Mode(_) | Report::Fault(_) | Report::Waveform(_) => {}
        }
    }

    fn look_at_pumps(&mut self, pumps: &mut Pumps) {
        if pumps.unseen.take().is_none() {
            return;
        }
        let (layout, at) = (&self.fixed.layout, self.connection.moved_to);
        for (row, what) in pumps.look(self.metrics, at) {
            let event = InfusionEvent {
                bed: Arc::clone(&self.fixed.bed_id),
                device: Arc::clone(&self.fixed.id),
                identity: self.connection.identity.clone(),
                ..pumps::event_of(row, what, at, self.clock.utc(at), layout, self.metrics)
            };
            self.drafts.infusions.push(InfusionDraft { bed: self.fixed.bed, device: self.fixed.index, at, event });
        }
    }

    fn count(&mut self, kind: FaultKind) {
        if let Some(position) = FaultKind::ALL.iter().position(|other| *other == kind) {
            self.connection.faults[position] += 1;
        }
    }

    fn observe(&mut self, at: Instant, received: Now, mut observation: Observation, tally: &mut Tally) {
        let layout = &self.fixed.layout;
        let Some(position) = layout.position(observation.metric, observation.containment, self.metrics.hint) else {
            tally.undeclared_metrics += 1;
            self.count(FaultKind::Unexpected);
            return;
        };
        tally.observations += 1;
        self.metrics.hint = if position as usize + 1 < layout.metrics.len() { position + 1 } else { 0 };
        if self.metrics.interval_end.is_none() {
            self.open_interval(at);
        }
        let metric = layout.metric(position);
        if let (Some(device_time), None, false) = (observation.device_time, observation.determined_at, metric.episodic)
        {
            self.watch_clock(at, received, device_time);
        }
        let mut said = assess(metric, &mut observation.reading, observation.unit == metric.unit, tally);
        let latest = &mut self.metrics.latest[position as usize];
        // A value that was determined a while ago has used up that much of its bound.
        let age = observation.determined_at.map_or(Duration::ZERO, |determined| received.utc.since(determined));
        let due = received.monotonic.min(at) + metric.fresh_for.saturating_sub(age);
        latest.reading = observation.reading;
        latest.arrived = at;
        latest.determined_at = observation.determined_at.unwrap_or(received.utc);
        latest.device_time = observation.device_time;
        latest.limits = observation.limits;
        let normal = self.connection.mode == OperatingMode::Normal;
        if due <= at {
            (latest.standing, latest.due) = (Standing::Stale { since: at }, NEVER);
            said = Said::Stale;
        } else {
            latest.standing = if normal { Standing::Current } else { Standing::NotOfPatient };
            latest.due = due;
            self.metrics.next = self.metrics.next.min(due);
        }
        // Nearly every reading is a number within its limits of a metric about which there is nothing to say; but where
        // something is calculated, every number is a fact.
        let quiet = latest.settled
            && !self.fixed.is_fed
            && matches!(said, Said::Number(number) if !layout.is_of_interest(metric, number));
        if normal && !quiet {
            latest.settled = false;
            let determined = Instant::from_micros(at.as_micros().saturating_sub(micros(age)));
            let device = self.fixed.index;
            self.facts.push(Fact { at, device, by_time: false, metric: position, said, determined });
        }
    }
}

fn micros(age: Duration) -> u64 {
    u64::try_from(age.as_micros()).unwrap_or(u64::MAX)
}

/// What a reading is worth. What must not be used is made absent.
#[inline]
fn assess(metric: &MetricLayout, reading: &mut Reading, same_unit: bool, tally: &mut Tally) -> Said {
    match reading {
        Reading::Absent(Absence::NotAvailable) if metric.episodic => Said::Nothing,
        Reading::Absent(_) => Said::Unusable,
        Reading::Value(..) if !same_unit => {
            tally.wrong_units += 1;
            *reading = Reading::Absent(Absence::Invalid);
            Said::Unusable
        }
        Reading::Value(Value::Numeric(number), _) if !metric.is_plausible(*number) => {
            tally.implausible += 1;
            *reading = Reading::Absent(Absence::Invalid);
            Said::Unusable
        }
        Reading::Value(Value::Numeric(number), Quality::Valid) => Said::Number(*number),
        Reading::Value(Value::Enumeration(state), Quality::Valid) => Said::Word(Arc::clone(&state.text)),
        Reading::Value(Value::Text(text), Quality::Valid) => Said::Word(Arc::clone(text)),
        // Shown and sent as what it is, never judged as if valid.
        Reading::Value(_, Quality::Questionable | Quality::Calibrating) => Said::Unusable,
    }
}

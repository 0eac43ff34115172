//! The conversation with a monitor: what is asked for and when, and what its records mean for the ward.
//!
//! | situation                                  | what happens                                                             |
//! |--------------------------------------------|---------------------------------------------------------------------------|
//! | connected                                  | stop waves; alarms at every change (sent at once); displayed values       |
//! | a record of displayed values               | the next is due within two intervals                                      |
//! | none in that time                          | `Timeout`; alarms and values are asked for again, every [`REPEAT_PAUSE`]   |
//! | every [`ALARM_REFRESH`], or after damage   | alarm status is asked for, so that no change stays unnoticed              |
//! | waves or trends that nobody asked for      | `Unexpected`; they are stopped, at most every [`REPEAT_PAUSE`]             |
//! | waves that are configured                  | started on connecting; asked for again when none came for [`WAVES_TIME`] |
//! | a host's request                           | `Unexpected`: an echo, which keeps no link up                             |
//! | another monitor than before                | `Identity`; what was known of the former is forgotten                     |
//! | another monitor than configured            | `Identity`; its values are refused, and it keeps no link up               |

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{Containment, Fault, FaultKind, Instant, LinkState, Now, Observation, Profile, Report};

use super::alarm_book::AlarmBook;
use super::codec::requests::RequestedNumbers;
use super::codec::{
    AlarmCommand, Classes, Deframer, Interval, MainType, Numbers, NumbersKind, Part, Record, Request, Wave, parts,
};
use super::episodes::Episodes;
use super::{Config, decode, observe, waves};
use crate::watch::LinkWatch;
use crate::{Session, Transmit};

/// Pause between repeats of a request (M1017617: not oftener than every 5 s).
const REPEAT_PAUSE: Duration = Duration::from_secs(5);
/// Alarm status is asked for this often even if nothing changes.
const ALARM_REFRESH: Duration = Duration::from_secs(60);
/// How long waves may stay away: a record of them comes at least every second (8005313), and a monitor that was held up by its
/// handshake for 2 s has stopped them.
const WAVES_TIME: Duration = Duration::from_secs(5);
/// Intervals within which a record is expected.
const INTERVALS_PATIENT: u32 = 2;
/// Most requests that wait to be sent; a shell that drains never gets near.
const TRANSMITS_MAX: usize = 16;
/// The channel whose readings carry a mark when they are old.
const CUFF: Containment = Containment::new(1, 4, 1, 0);

/// A [`Session`] with one monitor.
pub(super) struct S5Session {
    profile: Arc<Profile>,
    interval: Duration,
    classes: Classes,
    plug_id: Option<u16>,
    /// Types of the waves that are wanted.
    waves: Vec<u8>,
    watch: LinkWatch,
    deframer: Deframer,
    /// `None` while the line is closed.
    timers: Option<Timers>,
    /// Interface level and number of the monitor that was heard last, over connections.
    monitor: Option<(u8, u16)>,
    /// Number of a monitor that was refused last, since the connection was made.
    refused: Option<u16>,
    /// Whether the identity has been reported since the connection was made.
    is_identified: bool,
    alarms: AlarmBook,
    episodes: Episodes,
    transmits: VecDeque<Transmit>,
    /// What the last input gave; the shell drains it before the next.
    reports: VecDeque<Report>,
}

/// When something is due.
#[derive(Clone, Copy, Debug)]
struct Timers {
    /// A record of displayed values should have come.
    values: Instant,
    /// Alarm status is asked for.
    alarms: Instant,
    /// The next request to stop something may be sent.
    stop: Instant,
    /// A record of waves should have come, if any are wanted.
    waves: Option<Instant>,
}

impl S5Session {
    /// A session that is not connected yet.
    pub(super) fn new(config: &Config, quiet_time: Duration) -> Self {
        Self {
            profile: config.profile(),
            interval: config.interval,
            classes: config.requested_classes(),
            plug_id: config.plug_id,
            waves: config.waveforms.iter().map(|wave| wave.number()).collect(),
            watch: LinkWatch::new(quiet_time),
            deframer: Deframer::new(),
            timers: None,
            monitor: None,
            refused: None,
            is_identified: false,
            alarms: AlarmBook::default(),
            episodes: Episodes::default(),
            transmits: VecDeque::new(),
            reports: VecDeque::new(),
        }
    }

    fn send(&mut self, request: &Request) {
        if self.transmits.len() < TRANSMITS_MAX {
            self.transmits.push_back(Transmit::new(request.frame()));
        }
    }

    /// Asks for alarms and then for values.
    fn ask(&mut self) {
        self.send(&Request::Alarms(AlarmCommand::StartChangeMode));
        let seconds = u16::try_from(self.interval.as_secs()).unwrap_or(u16::MAX);
        let interval = Interval::Seconds(seconds);
        self.send(&Request::Numbers { kind: RequestedNumbers::Displayed, interval, classes: self.classes });
    }

    /// Starts the waves that are wanted instead of any others, or stops all.
    fn waves_request(&self) -> Request {
        if self.waves.is_empty() { Request::StopWaves } else { Request::StartWaves { types: self.waves.clone() } }
    }

    /// Something comes that nobody asked for.
    fn stop(&mut self, now: Instant, request: &Request) {
        if let Some(timers) = self.timers.as_mut().filter(|timers| timers.stop <= now) {
            timers.stop = now + REPEAT_PAUSE;
            self.send(request);
        }
    }

    /// A frame was damaged: if it was about alarms, they are asked for again.
    fn take_fault(&mut self, now: Instant, fault: Fault) {
        self.reports.push_back(Report::Fault(fault));
        if let Some(timers) = self.timers.as_mut() {
            timers.alarms = timers.alarms.min(now + REPEAT_PAUSE);
        }
    }

    fn take_record(&mut self, now: Now, record: &Record) {
        let parts = parts(record);
        let is_request = |part: &Result<Part, Fault>| matches!(part, Ok(Part::Request(_)));
        if !parts.iter().any(is_request) {
            if !self.identify(record) {
                return;
            }
            self.reports.extend(self.watch.heard(now.monotonic));
            self.report_identity(record);
        }
        if record.main == MainType::Waves {
            self.expect_waves(now.monotonic, record);
        }
        let mut displayed: Vec<Box<Numbers>> = Vec::new();
        for part in parts {
            match part {
                Ok(Part::Numbers(numbers)) => match numbers.kind {
                    NumbersKind::Displayed => displayed.push(numbers),
                    NumbersKind::Trend10s => self.refuse_trend(now.monotonic, RequestedNumbers::Trend10s),
                    NumbersKind::Trend60s => self.refuse_trend(now.monotonic, RequestedNumbers::Trend60s),
                },
                Ok(Part::Alarms(display)) => {
                    let reports = self.alarms.take_texts(observe::text_alarms(&display));
                    self.reports.extend(reports);
                }
                Ok(Part::Wave(wave)) => self.take_wave(&wave),
                Ok(Part::Request(request)) => self.reports.push_back(Report::Fault(decode::echo(&request))),
                Err(fault) => self.reports.push_back(Report::Fault(fault)),
            }
        }
        if !displayed.is_empty() {
            self.take_displayed(now, &displayed);
        }
    }

    /// Waves that nobody wants are stopped; after those that are wanted, the next are due.
    fn expect_waves(&mut self, now: Instant, record: &Record) {
        if record.subrecords.iter().any(|subrecord| !self.waves.contains(&subrecord.kind)) {
            self.stop(now, &self.waves_request());
        } else if let Some(timers) = self.timers.as_mut() {
            timers.waves = timers.waves.map(|_| now + WAVES_TIME);
        }
    }

    fn take_wave(&mut self, wave: &Wave) {
        let wanted = if self.waves.contains(&wave.kind) { waves::waveform(wave) } else { None };
        self.reports.push_back(wanted.map_or_else(
            || {
                let detail = format!("Waves of type {}, which were not asked for.", wave.kind);
                Report::Fault(Fault::new(FaultKind::Unexpected, wave.samples.len() * 2, detail))
            },
            Report::Waveform,
        ));
    }

    fn take_displayed(&mut self, now: Now, displayed: &[Box<Numbers>]) {
        if let Some(timers) = self.timers.as_mut() {
            timers.values = now.monotonic + self.interval.saturating_mul(INTERVALS_PATIENT);
        }
        let mut episodic: BTreeMap<Containment, Vec<Observation>> = BTreeMap::new();
        for observation in displayed.iter().flat_map(|numbers| observe::observations(numbers)) {
            let descriptor = self.profile.metric(observation.metric, observation.containment);
            if descriptor.is_some_and(|descriptor| descriptor.episodic) {
                episodic.entry(observation.containment.channel_row()).or_default().push(observation);
            } else {
                self.reports.push_back(Report::Observation(observation));
            }
        }
        for (channel, shown) in episodic {
            let told = self.episodes.take(now, channel, channel == CUFF, shown);
            self.reports.extend(told.into_iter().map(Report::Observation));
        }
        let said = observe::bit_alarms(displayed.iter().map(|numbers| &**numbers));
        let reports = self.alarms.take_bits(said);
        self.reports.extend(reports);
    }

    fn refuse_trend(&mut self, now: Instant, kind: RequestedNumbers) {
        let detail = "A trend record, which was not asked for.";
        self.reports.push_back(Report::Fault(Fault::new(FaultKind::Unexpected, 0, detail)));
        self.stop(now, &Request::Numbers { kind, interval: Interval::Stop, classes: Classes::BASIC });
    }

    /// Whether the monitor is the one that is configured, if one is; a change is a fault.
    fn identify(&mut self, record: &Record) -> bool {
        if let Some(expected) = self.plug_id.filter(|expected| *expected != record.plug_id) {
            if self.refused.replace(record.plug_id) != Some(record.plug_id) {
                let detail = format!(
                    "Monitor {} answers where monitor {expected} is configured; its values are refused.",
                    record.plug_id
                );
                self.reports.push_back(Report::Fault(Fault::new(FaultKind::Identity, 0, detail)));
            }
            return false;
        }
        let monitor = (record.dri_level, record.plug_id);
        if let Some(former) = self.monitor.replace(monitor).filter(|former| *former != monitor) {
            let detail = format!(
                "Monitor {} at interface level {} answers where it was monitor {} at level {}.",
                monitor.1, monitor.0, former.1, former.0
            );
            self.reports.push_back(Report::Fault(Fault::new(FaultKind::Identity, 0, detail)));
            self.is_identified = false;
            self.alarms = AlarmBook::default();
            self.episodes = Episodes::default();
            self.ask();
        }
        true
    }

    fn report_identity(&mut self, record: &Record) {
        if !std::mem::replace(&mut self.is_identified, true) {
            self.reports.push_back(Report::Identity(decode::identity(record)));
        }
    }
}

impl Session for S5Session {
    fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    fn handle_connected(&mut self, now: Now) {
        let now = now.monotonic;
        self.deframer.forget();
        self.alarms = AlarmBook::default();
        self.episodes.gap();
        self.refused = None;
        self.is_identified = false;
        self.transmits.clear();
        self.reports.extend(self.watch.connected(now));
        self.send(&self.waves_request());
        self.ask();
        self.timers = Some(Timers {
            values: now + self.interval.saturating_mul(INTERVALS_PATIENT),
            alarms: now + ALARM_REFRESH,
            stop: now + REPEAT_PAUSE,
            waves: (!self.waves.is_empty()).then_some(now + WAVES_TIME),
        });
    }

    fn handle_disconnected(&mut self, _now: Now, reason: &str) {
        self.timers = None;
        self.deframer.forget();
        self.transmits.clear();
        self.reports.extend(self.watch.disconnected(reason));
    }

    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        if self.timers.is_none() {
            return;
        }
        self.deframer.push(bytes);
        while let Some(found) = self.deframer.next_frame() {
            match found.and_then(|bytes| Record::decode(&bytes)) {
                Ok(record) => self.take_record(now, &record),
                Err(fault) => self.take_fault(now.monotonic, fault),
            }
        }
    }

    fn handle_timeout(&mut self, now: Now) {
        let now = now.monotonic;
        let Some(mut timers) = self.timers else { return };
        if let Some(lost) = self.watch.expire(now) {
            self.episodes.gap();
            self.reports.push_back(lost);
        }
        if timers.values <= now {
            if !matches!(self.watch.state(), LinkState::Lost { .. }) {
                let detail = format!("No displayed values within {INTERVALS_PATIENT} intervals; asked for again.");
                self.reports.push_back(Report::Fault(Fault::new(FaultKind::Timeout, 0, detail)));
            }
            self.ask();
            timers.values = now + REPEAT_PAUSE;
            timers.alarms = now + ALARM_REFRESH;
        }
        if timers.alarms <= now {
            self.send(&Request::Alarms(AlarmCommand::SendStatus));
            timers.alarms = now + ALARM_REFRESH;
        }
        if timers.waves.is_some_and(|due| due <= now) {
            self.send(&self.waves_request());
            timers.waves = Some(now + WAVES_TIME);
        }
        self.timers = Some(timers);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let timers = self.timers?;
        let due = timers.waves.into_iter().fold(timers.values.min(timers.alarms), Instant::min);
        Some(self.watch.deadline().map_or(due, |deadline| deadline.min(due)))
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}

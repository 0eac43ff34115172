//! A GE / Datex-Ohmeda S/5 patient monitor on its Computer Interface: keeps one state for each kind of request, sends
//! numbers, waves and alarms as asked.
//!
//! Protocol and codec: [`vigil_protocols::ge_s5_dri`]. From the specification (M1017617): an interval of -1 asks once and
//! not oftener than every 5 s, 0 stops, displayed values come every 5 s at most; trends are sent only while displayed values
//! are; alarms in change mode come at once and then at every change, every 2 s at most; a new wave request replaces the old
//! one.

mod numbers;
mod waves;

use std::time::Duration;

use vigil_model::{Instant, Now};
use vigil_protocols::ge_s5_dri::codec::requests::RequestedNumbers;
use vigil_protocols::ge_s5_dri::codec::{
    AlarmCommand, AlarmDisplay, AlarmText, Classes, Colour, Deframer, Interval, MainType, NumbersKind, Part, Record,
    Request, Subrecord, frame, parts,
};

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::{SimulatedDevice, TextColour};

/// Shortest interval of displayed values, and of requests for them once.
const DISPLAYED_INTERVAL_MIN: Duration = Duration::from_secs(5);
/// Shortest time between two alarm records in change mode.
const ALARM_INTERVAL_MIN: Duration = Duration::from_secs(2);
/// Time that one wave record covers.
const WAVE_INTERVAL: Duration = Duration::from_secs(1);
/// Interface level '09, as a CARESCAPE monitor says it.
const DRI_LEVEL: u8 = 10;

/// A simulated monitor.
#[derive(Debug)]
pub struct Monitor {
    base: Base,
    number: u16,
    deframer: Deframer,
    records: u8,
    displayed: Stream,
    trend_10s: Stream,
    trend_60s: Stream,
    waves: Vec<u8>,
    next_wave: Option<Instant>,
    alarms: AlarmMode,
}

/// One kind of numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Stream {
    running: Option<Running>,
    once_at: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Running {
    interval: Duration,
    classes: Classes,
    next: Instant,
}

/// Alarms in change mode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum AlarmMode {
    /// Only when asked.
    #[default]
    Asked,
    /// At every change.
    AtChange {
        sent: AlarmDisplay,
        sent_at: Instant,
        /// When to look again.
        look_at: Option<Instant>,
    },
}

impl Monitor {
    /// A monitor at a patient whose scenario began at `start`. `number` is its plug id.
    pub fn new(patient: Patient, number: u16, start: Instant) -> Self {
        Self {
            base: Base::new(patient, SimulatedDevice::Monitor, start),
            number,
            deframer: Deframer::new(),
            records: 0,
            displayed: Stream::default(),
            trend_10s: Stream::default(),
            trend_60s: Stream::default(),
            waves: Vec::new(),
            next_wave: None,
            alarms: AlarmMode::Asked,
        }
    }

    /// Wave types that are being sent.
    pub fn waves(&self) -> &[u8] {
        &self.waves
    }

    fn handle_request(&mut self, now: Now, request: Request) {
        match request {
            Request::Numbers { kind, interval, classes } => self.handle_numbers(now, kind, interval, classes),
            Request::StartWaves { types } => {
                self.waves = waves::affordable(&types);
                self.next_wave = (!self.waves.is_empty()).then_some(now.monotonic + WAVE_INTERVAL);
            }
            Request::StopWaves => {
                self.waves.clear();
                self.next_wave = None;
            }
            Request::Alarms(AlarmCommand::SendStatus) => {
                let display = self.display(now);
                self.send(now, MainType::Alarms, vec![display.encode()]);
            }
            Request::Alarms(AlarmCommand::StartChangeMode) => {
                let display = self.display(now);
                self.send(now, MainType::Alarms, vec![display.encode()]);
                let look_at = self.base.next_change(now);
                self.alarms = AlarmMode::AtChange { sent: display, sent_at: now.monotonic, look_at };
            }
            Request::Alarms(AlarmCommand::StopChangeMode) => self.alarms = AlarmMode::Asked,
        }
    }

    fn handle_numbers(&mut self, now: Now, kind: RequestedNumbers, interval: Interval, classes: Classes) {
        let (stream, kind, shortest) = match kind {
            RequestedNumbers::Displayed => (&mut self.displayed, NumbersKind::Displayed, DISPLAYED_INTERVAL_MIN),
            RequestedNumbers::Trend10s => (&mut self.trend_10s, NumbersKind::Trend10s, Duration::from_secs(1)),
            RequestedNumbers::Trend60s => (&mut self.trend_60s, NumbersKind::Trend60s, Duration::from_secs(1)),
            RequestedNumbers::Auxiliary => return, // not simulated
        };
        match interval {
            Interval::Stop => stream.running = None,
            Interval::Seconds(seconds) => {
                let interval = Duration::from_secs(u64::from(seconds)).max(shortest);
                stream.running = Some(Running { interval, classes, next: now.monotonic });
            }
            Interval::Once => {
                let asked_before = stream.once_at.is_some_and(|at| now.monotonic.since(at) < DISPLAYED_INTERVAL_MIN);
                if !asked_before {
                    stream.once_at = Some(now.monotonic);
                    self.send_numbers(now, kind, classes);
                }
            }
        }
    }

    /// Sends what is due.
    fn send_due(&mut self, now: Now) {
        if due(&mut self.displayed, now).is_some_and(|classes| self.send_numbers(now, NumbersKind::Displayed, classes))
        {
            tracing::trace!(number = self.number, "Displayed values sent");
        }
        if self.displayed.running.is_some() {
            for kind in [NumbersKind::Trend10s, NumbersKind::Trend60s] {
                let stream = if kind == NumbersKind::Trend10s { &mut self.trend_10s } else { &mut self.trend_60s };
                if let Some(classes) = due(stream, now) {
                    self.send_numbers(now, kind, classes);
                }
            }
        }
        if let Some(next) = self.next_wave.filter(|next| *next <= now.monotonic) {
            let end = self.base.at(Now { monotonic: next, ..now });
            let subrecords = waves::subrecords(&self.base.patient, &self.waves, end, WAVE_INTERVAL);
            self.send(now, MainType::Waves, subrecords);
            self.next_wave = Some(next.max(now.monotonic) + WAVE_INTERVAL);
        }
        self.send_alarm_change(now);
    }

    fn send_alarm_change(&mut self, now: Now) {
        let AlarmMode::AtChange { sent, sent_at, look_at } = &self.alarms else { return };
        if look_at.is_none_or(|at| at > now.monotonic) {
            return;
        }
        let display = self.display(now);
        if display == *sent {
            let look_at = self.base.next_change(now);
            self.alarms = AlarmMode::AtChange { sent: display, sent_at: *sent_at, look_at };
        } else if now.monotonic.since(*sent_at) < ALARM_INTERVAL_MIN {
            let (sent, sent_at) = (sent.clone(), *sent_at);
            self.alarms = AlarmMode::AtChange { sent, sent_at, look_at: Some(sent_at + ALARM_INTERVAL_MIN) };
        } else {
            self.send(now, MainType::Alarms, vec![display.encode()]);
            let look_at = self.base.next_change(now);
            self.alarms = AlarmMode::AtChange { sent: display, sent_at: now.monotonic, look_at };
        }
    }

    /// The alarm area of the screen.
    fn display(&self, now: Now) -> AlarmDisplay {
        let shown = self.base.patient.course().monitor_alarms(self.base.at(now));
        let texts: Vec<AlarmText> =
            shown.into_iter().map(|alarm| AlarmText { text: alarm.text, colour: colour(alarm.colour) }).collect();
        AlarmDisplay { sound: !texts.is_empty(), silence: 0, texts }
    }

    fn send_numbers(&mut self, now: Now, kind: NumbersKind, classes: Classes) -> bool {
        let subrecords = numbers::subrecords(&self.base.patient, self.base.at(now), seconds(now), kind, classes);
        let something = !subrecords.is_empty();
        if something {
            self.send(now, MainType::Numbers, subrecords);
        }
        something
    }

    fn send(&mut self, now: Now, main: MainType, subrecords: Vec<Subrecord>) {
        self.records = self.records.wrapping_add(1);
        let record = Record {
            number: self.records,
            dri_level: DRI_LEVEL,
            plug_id: self.number,
            time: seconds(now),
            subnet: 0,
            main,
            subrecords,
        };
        if let Some(bytes) = record.encode() {
            self.base.send(frame(&bytes));
        }
    }

    /// Switched off and on: everything that was asked for is forgotten.
    fn restart_if_due(&mut self, now: Now) {
        if !self.base.has_restarted(now) {
            return;
        }
        self.deframer = Deframer::new();
        (self.displayed, self.trend_10s, self.trend_60s) = Default::default();
        self.waves.clear();
        self.next_wave = None;
        self.alarms = AlarmMode::Asked;
        self.base.forget();
    }
}

impl SimDevice for Monitor {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        self.restart_if_due(now);
        self.deframer.push(bytes);
        while let Some(found) = self.deframer.next_frame() {
            let Ok(record) = found.and_then(|bytes| Record::decode(&bytes)) else { continue };
            for part in parts(&record) {
                if let Ok(Part::Request(request)) = part {
                    self.handle_request(now, request);
                }
            }
        }
        self.send_due(now);
    }

    fn handle_timeout(&mut self, now: Now) {
        self.restart_if_due(now);
        self.send_due(now);
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.base.next_transmission()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let next = |stream: &Stream| stream.running.map(|running| running.next);
        let trends = self.displayed.running.and(Some([next(&self.trend_10s), next(&self.trend_60s)]));
        let alarms = match &self.alarms {
            AlarmMode::Asked => None,
            AlarmMode::AtChange { look_at, .. } => *look_at,
        };
        let [trend_10s, trend_60s] = trends.unwrap_or_default();
        [next(&self.displayed), trend_10s, trend_60s, self.next_wave, alarms].into_iter().flatten().min()
    }

    fn is_plugged(&self, now: Now) -> bool {
        self.base.is_plugged(now)
    }

    fn next_change(&self, now: Now) -> Option<Instant> {
        self.base.next_change(now)
    }
}

/// The classes of a stream that is due, and moves it on.
fn due(stream: &mut Stream, now: Now) -> Option<Classes> {
    let running = stream.running.as_mut().filter(|running| running.next <= now.monotonic)?;
    running.next = now.monotonic + running.interval;
    Some(running.classes)
}

fn seconds(now: Now) -> u32 {
    u32::try_from(now.utc.as_micros().div_euclid(1_000_000)).unwrap_or(0)
}

const fn colour(colour: TextColour) -> Colour {
    match colour {
        TextColour::White => Colour::White,
        TextColour::Yellow => Colour::Yellow,
        TextColour::Red => Colour::Red,
    }
}

#[cfg(test)]
mod tests;

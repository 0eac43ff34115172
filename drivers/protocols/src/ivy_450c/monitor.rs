//! What a packet of the monitor means. The conversation, in which only the monitor speaks, is the shared [`crate::listen`] loop.
//!
//! - *Strict*: there is no check. A packet with a value that is not a number is refused as a whole.
//! - *An empty field* is no value.
//! - *Cuff*: the monitor repeats the last measurement in every packet without its time. So a measurement is reported when it is
//!   another one than in the packet before; the first one of a connection is questionable, since nobody knows how old it is.
//! - *Waves*: an ECG sample is 0.02 mV (OpenICE). Of the other waves only the byte that is zero is stated, and of some not even
//!   that, so they are passed on without a unit. A pressure without a transducer has no samples.
//! - *Alarms*: each packet holds the alarm texts of all lines, so it is a whole list. Texts are kept as they are.

use vigil_model::{Fault, FaultKind, Identity, Quality, Quantity, Report, SampleRate, Scale, Validity, Waveform, dim};

use super::codec::{LINES, Packet, Packets, WAVES};
use super::{WaveName, table};
use crate::listen::Speaker;
use crate::row::{clipped, plain_number};

/// The monitor at the other end of the line.
#[derive(Debug)]
pub(super) struct Monitor {
    /// Which waves are passed on, in the order of [`WAVES`].
    waves: [bool; WAVES.len()],
    packets: Packets,
    is_known: bool,
    /// The cuff values of the packet before.
    cuff: Option<Vec<String>>,
}

/// Label of a pressure that is not measured.
const NO_TRANSDUCER: &str = "NO TRANSDUCER";

impl Default for Monitor {
    fn default() -> Self {
        Self::passing_on(&WaveName::ALL)
    }
}

impl Monitor {
    /// A monitor of which these waves are passed on.
    pub(super) fn passing_on(waves: &[WaveName]) -> Self {
        let waves = WaveName::ALL.map(|wave| waves.contains(&wave));
        Self { waves, packets: Packets::default(), is_known: false, cuff: None }
    }

    fn waveforms(&self, packet: &Packet) -> Vec<Report> {
        let mut rest = packet.waves.as_slice();
        let mut reports = Vec::new();
        for ((wave, is_wanted), name) in WAVES.iter().zip(self.waves).zip(WaveName::ALL) {
            let Some((bytes, behind)) = rest.split_at_checked(wave.samples) else { break };
            rest = behind;
            if !is_wanted {
                continue;
            }
            let samples: Vec<i32> = bytes.iter().map(|byte| i32::from(*byte) - i32::from(wave.zero)).collect();
            let (unit, scale) = match name {
                WaveName::Ecg => (Some(dim::MILLI_VOLT), Scale::step(Quantity::new(2, -2))),
                WaveName::Resp | WaveName::Pleth | WaveName::P1 | WaveName::P2 => (None, Scale::PLAIN),
            };
            let line = LINES.iter().position(|(key, _)| *key == wave.name).and_then(|at| packet.lines.get(at));
            let is_off = line.is_some_and(|line| line.label == NO_TRANSDUCER);
            let validity = if is_off { Validity::NotAvailable } else { Validity::Valid };
            let rate = SampleRate::per_second(u32::try_from(wave.samples).unwrap_or(u32::MAX));
            let waveform = Waveform::new(wave.name, unit, rate, scale, &samples).with_validity(validity);
            reports.push(Report::Waveform(waveform));
        }
        reports
    }

    fn read(&mut self, packet: &Packet, bytes: usize) -> Result<Vec<Report>, Fault> {
        let refused =
            |key: &str| Fault::new(FaultKind::Framing, bytes, format!("a packet with {key} that is not of its form"));
        let cuff = &packet.lines[table::CUFF_LINE].values;
        let cuff_quality = match &self.cuff {
            None => Some(Quality::Questionable),
            Some(before) if before != cuff => Some(Quality::Valid),
            Some(_) => None,
        };
        let mut reports = Vec::new();
        if !self.is_known {
            let identity = Identity { manufacturer: "Ivy".into(), model: "450C".into(), ..Identity::default() };
            reports.push(Report::Identity(identity));
        }
        for ((key, _), line) in LINES.iter().zip(&packet.lines) {
            if !line.alarm.is_empty() {
                let text = format!("{key}: {}", clipped(&line.alarm));
                reports.push(table::ALARM.report(vigil_model::Containment::new(1, 0, 0, 0), true, text));
            }
        }
        reports.push(Report::AlarmsListed);
        for (line, value, row) in &table::ROWS {
            let text = &packet.lines[*line].values[*value];
            let number = match text.as_str() {
                "" => None,
                text => Some(signed_number(text).ok_or_else(|| refused(LINES[*line].0))?),
            };
            let quality = if *line == table::CUFF_LINE { cuff_quality } else { Some(Quality::Valid) };
            let Some(quality) = quality else { continue };
            reports.push(number.map_or_else(|| row.is_absent(), |number| row.is(number, quality)));
        }
        let pulse = match packet.lines[table::SPO2_LINE].label.strip_prefix("PR=") {
            None | Some("") => None,
            Some(text) => Some(plain_number(text.trim()).ok_or_else(|| refused("PR"))?),
        };
        reports.push(pulse.map_or_else(|| table::PULSE.is_absent(), |pulse| table::PULSE.is(pulse, Quality::Valid)));
        reports.extend(self.waveforms(packet));
        self.cuff = Some(cuff.clone());
        self.is_known = true;
        Ok(reports)
    }
}

/// A plain number, or one below zero: a pressure may be.
fn signed_number(text: &str) -> Option<vigil_model::Quantity> {
    match text.strip_prefix('-') {
        Some(digits) => plain_number(digits).and_then(|_| text.parse().ok()),
        None => plain_number(text),
    }
}

impl Speaker for Monitor {
    fn push(&mut self, bytes: &[u8]) {
        self.packets.push(bytes);
    }

    fn poll(&mut self) -> Option<Result<Vec<Report>, Fault>> {
        Some(self.packets.poll()?.and_then(|(packet, bytes)| self.read(&packet, bytes)))
    }

    fn cut(&mut self) -> Option<Fault> {
        self.packets.cut()
    }

    fn forget(&mut self) {
        *self = Self { waves: self.waves, ..Self::default() };
    }
}

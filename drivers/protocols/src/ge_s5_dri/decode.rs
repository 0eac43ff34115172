//! Frames without a conversation, for `vigil decode` and captures: whatever passes the frame check is reported, displayed
//! values and trends alike, each with the monitor's time.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind, Identity, Report};

use super::codec::{Deframer, Numbers, Part, Record, Wave, parts};
use super::{observe, waves};
use crate::Decoder;

/// Decodes what a monitor sends.
#[derive(Debug, Default)]
pub(super) struct S5Decoder {
    deframer: Deframer,
    /// Interface level and number of the monitor that spoke last.
    monitor: Option<(u8, u16)>,
    reports: VecDeque<Report>,
}

impl Decoder for S5Decoder {
    fn push(&mut self, bytes: &[u8]) {
        self.deframer.push(bytes);
        self.drain();
    }

    fn finish(&mut self) {
        self.deframer.finish();
        self.drain();
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}

impl S5Decoder {
    fn drain(&mut self) {
        while let Some(found) = self.deframer.next_frame() {
            match found.and_then(|bytes| Record::decode(&bytes)) {
                Ok(record) => self.take(&record),
                Err(fault) => self.reports.push_back(Report::Fault(fault)),
            }
        }
    }

    fn take(&mut self, record: &Record) {
        let parts = parts(record);
        let is_request = parts.iter().any(|part| matches!(part, Ok(Part::Request(_))));
        if !is_request && self.is_another_monitor(record) {
            self.reports.push_back(Report::Identity(identity(record)));
        }
        let mut numbers: Vec<Box<Numbers>> = Vec::new();
        for part in parts {
            match part {
                Ok(Part::Numbers(class)) => {
                    self.reports.extend(observe::observations(&class).into_iter().map(Report::Observation));
                    numbers.push(class);
                }
                Ok(Part::Alarms(display)) => {
                    self.reports.extend(observe::text_alarms(&display).into_iter().map(Report::Alarm));
                    self.reports.push_back(Report::AlarmsListed);
                }
                Ok(Part::Wave(wave)) => self.reports.push_back(match waves::waveform(&wave) {
                    Some(waveform) => Report::Waveform(waveform),
                    None => Report::Fault(uncovered(&wave)),
                }),
                Ok(Part::Request(request)) => self.reports.push_back(Report::Fault(echo(&request))),
                Err(fault) => self.reports.push_back(Report::Fault(fault)),
            }
        }
        let alarms = observe::bit_alarms(numbers.iter().map(|class| &**class));
        self.reports.extend(alarms.into_iter().filter(|alarm| alarm.present).map(Report::Alarm));
    }

    fn is_another_monitor(&mut self, record: &Record) -> bool {
        let monitor = Some((record.dri_level, record.plug_id));
        let changed = self.monitor != monitor;
        self.monitor = monitor;
        changed
    }
}

/// A request of a host on the line of the monitor.
pub(super) fn echo(request: &super::codec::Request) -> Fault {
    let detail = format!("A host's request ({}), not a record of the monitor.", request.describe());
    Fault::new(FaultKind::Unexpected, request.frame().len(), detail)
}

/// A wave whose rate or scale is not known.
fn uncovered(wave: &Wave) -> Fault {
    let detail = format!("Waves of type {}; they are not covered.", wave.kind);
    Fault::new(FaultKind::Unexpected, wave.samples.len() * 2, detail)
}

/// Who the monitor says it is. Its number is all that tells it from others.
pub(super) fn identity(record: &Record) -> Identity {
    let year = super::codec::record::dri_year(record.dri_level).map(|year| format!(" ({year})")).unwrap_or_default();
    Identity {
        manufacturer: "GE / Datex-Ohmeda".into(),
        model: "S/5 patient monitor".into(),
        serial: record.plug_id.to_string().into(),
        software: format!("DRI level {}{year}", record.dri_level).into(),
    }
}

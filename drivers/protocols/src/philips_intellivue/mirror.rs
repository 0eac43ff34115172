//! What the monitor's messages mean, and what must be remembered between them for that: one conversation's picture of the
//! monitor. Knows no requests and no timers; the session and the decoder both use it.

use std::collections::BTreeSet;
use std::sync::Arc;

use vigil_model::{Fault, FaultKind, Identity, Now, Observation, Report};

use super::alarms::{AlarmAssembly, AlarmTexts};
use super::clock::DeviceClock;
use super::codec::attribute::id;
use super::codec::{AttributeList, Number, Object, PollAnswer, PollResult, State};
use super::episodes::Episodes;
use super::mode::ModeWatch;
use super::objects::{Key, Labels, Owners};
use super::waves::WaveBook;
use super::{observe, table};

/// Most different numbers that are named as not being in the table; what is beyond is left out without a word.
const UNKNOWN_MAX: usize = 256;

/// Unit "not specified": the object's attribute may say it.
const UNIT_NONE: u16 = 0;

/// One conversation's picture of the monitor.
#[derive(Clone, Debug, Default)]
pub(super) struct Mirror {
    labels: Labels,
    owners: Owners,
    /// What has been named as not reported: physiological id and unit.
    unknown: BTreeSet<(u16, u16)>,
    /// Objects that have been named as doubles.
    doubles: BTreeSet<(u16, Key)>,
    clock: DeviceClock,
    episodes: Episodes,
    mode: ModeWatch,
    facts: Facts,
    assembly: AlarmAssembly,
    texts: AlarmTexts,
    waves: WaveBook,
}

/// Who the monitor says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    manufacturer: Option<Arc<str>>,
    model: Option<Arc<str>>,
    serial_number: Option<Arc<str>>,
    software: Option<Arc<str>>,
    /// Hexadecimal digits.
    pub(super) system_id: Option<Arc<str>>,
    /// Name of the bed on the monitor.
    pub(super) bed_label: Option<Arc<str>>,
}

impl Facts {
    /// What attributes of the monitor say.
    pub(super) fn of(attributes: &AttributeList) -> Self {
        let (manufacturer, model) = attributes.model().unzip();
        Self {
            manufacturer,
            model,
            serial_number: attributes.serial_number(),
            software: attributes.software(),
            system_id: attributes.system_id(),
            bed_label: attributes.text(id::BED_LABEL),
        }
    }

    fn learn(&mut self, newer: Facts) {
        let merge = |old: &mut Option<Arc<str>>, new: Option<Arc<str>>| *old = new.or(old.take());
        merge(&mut self.manufacturer, newer.manufacturer);
        merge(&mut self.model, newer.model);
        merge(&mut self.serial_number, newer.serial_number);
        merge(&mut self.software, newer.software);
        merge(&mut self.system_id, newer.system_id);
        merge(&mut self.bed_label, newer.bed_label);
    }

    /// Without a serial number, the system id tells this monitor from others.
    fn identity(&self) -> Identity {
        let text = |fact: &Option<Arc<str>>| fact.clone().unwrap_or_default();
        Identity {
            manufacturer: text(&self.manufacturer),
            model: text(&self.model),
            serial: text(if self.serial_number.is_some() { &self.serial_number } else { &self.system_id }),
            software: text(&self.software),
        }
    }
}

impl Mirror {
    /// A new conversation with the same monitor: only what its alarms are called is kept.
    pub(super) fn start_over(&mut self) {
        *self = Self { texts: std::mem::take(&mut self.texts), ..Self::default() };
    }

    /// The monitor speaks about itself. Reports its mode if that has changed.
    pub(super) fn take_monitor(&mut self, attributes: &AttributeList) -> Option<Report> {
        self.clock.learn(attributes);
        self.facts.learn(Facts::of(attributes));
        if let Some(word) = attributes.number16(id::MODE) {
            self.mode.say(word);
        }
        self.mode.report()
    }

    /// Who it is, as far as is known.
    pub(super) fn identity(&self) -> Identity {
        self.facts.identity()
    }

    /// Numerics, or a part of them. Without `now`, episodic values are given every time.
    pub(super) fn take_numerics(&mut self, now: Option<Now>, answer: &PollAnswer) -> Vec<Report> {
        let mut reports = Vec::new();
        for (context, object) in answer.result.objects() {
            let key = (context, object.handle);
            self.labels.learn(key, &object.attributes);
            let Some(numbers) = object.attributes.numbers() else {
                let detail = format!("The value of object {}/{} cannot be read.", key.0, key.1);
                reports.push(Report::Fault(Fault::new(FaultKind::Framing, 0, detail)));
                continue;
            };
            self.take_object(now, &answer.result, key, object, &numbers, &mut reports);
        }
        let is_end = answer.link.is_none();
        if is_end {
            self.owners.end_round();
        }
        // The mode goes before the values it is about.
        let before = self.mode.report();
        if is_end {
            self.mode.end_round();
        }
        before.into_iter().chain(reports).chain(self.mode.report()).collect()
    }

    fn take_object(
        &mut self,
        now: Option<Now>,
        result: &PollResult,
        key: Key,
        object: &Object,
        numbers: &[Number],
        reports: &mut Vec<Report>,
    ) {
        let taken = object.attributes.time(id::TIME_STAMP);
        let device_now = result.absolute_time.or_else(|| self.clock.at(result.relative_time));
        let mut episodic = Vec::new();
        for number in numbers {
            if number.state.has(State::DEMO) {
                self.mode.see_demo();
            }
            let unit = if number.unit == UNIT_NONE { self.labels.unit(key).unwrap_or(UNIT_NONE) } else { number.unit };
            let Some(row) = table::row(number.physio, unit) else {
                reports.extend(self.name_unknown(number.physio, unit).map(Report::Fault));
                continue;
            };
            if !self.owners.claim((row.containment(), row.code), key) {
                reports.extend(self.name_double(number.physio, key).map(Report::Fault));
                continue;
            }
            let reading = observe::reading(number, row);
            let observation = Observation::new(row.code, row.containment(), Some(row.unit), reading);
            if row.episodic {
                episodic.push(Observation { device_time: taken, ..observation });
            } else {
                reports.push(Report::Observation(Observation { device_time: taken.or(device_now), ..observation }));
            }
        }
        let told = match now {
            Some(now) if !episodic.is_empty() => self.episodes.take(now, key, (taken, device_now), episodic),
            Some(_) | None => episodic,
        };
        reports.extend(told.into_iter().map(Report::Observation));
    }

    /// Waves, or a part of them.
    pub(super) fn take_waves(&mut self, answer: &PollAnswer) -> Vec<Report> {
        self.waves.take(answer)
    }

    /// The alarm lists, or a part of them.
    pub(super) fn take_alarms(&mut self, answer: &PollAnswer) -> Vec<Report> {
        match self.assembly.take(answer) {
            None => Vec::new(),
            Some(Ok(list)) => self.texts.reports(&list, &self.labels),
            Some(Err(fault)) => vec![Report::Fault(fault)],
        }
    }

    fn name_unknown(&mut self, physio: u16, unit: u16) -> Option<Fault> {
        if self.unknown.len() >= UNKNOWN_MAX || !self.unknown.insert((physio, unit)) {
            return None;
        }
        let detail = format!("Number {physio:04X} in unit {unit:04X} is not in the table; it is not reported.");
        Some(Fault::new(FaultKind::Unexpected, 0, detail))
    }

    fn name_double(&mut self, physio: u16, key: Key) -> Option<Fault> {
        if self.doubles.len() >= UNKNOWN_MAX || !self.doubles.insert((physio, key)) {
            return None;
        }
        let detail =
            format!("Object {}/{} sends number {physio:04X} as another does; it is not reported.", key.0, key.1);
        Some(Fault::new(FaultKind::Unexpected, 0, detail))
    }
}

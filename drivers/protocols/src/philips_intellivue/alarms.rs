//! Alarm lists: put together from their parts, and what they mean.
//!
//! Only a list that is whole is reported: every part has come, both lists are in it, each entry could be read. All alarms in
//! it are present; those that are not in it are over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use vigil_model::{ConditionKind, DeviceAlarm, Fault, FaultKind, Priority, Report};

use super::codec::alarm::{kind, state};
use super::codec::attribute::id;
use super::codec::{AlarmEntry, AlarmInfo, Link, ObjectId, PollAnswer, PollResult};
use super::objects::Labels;
use super::table;

/// Most alarms in one list; a monitor shows a few dozen at the very most.
const ALARMS_MAX: usize = 256;

/// Both lists of the alarm monitor, as far as they have come.
#[derive(Clone, Debug, Default)]
struct Lists {
    patient: Option<Vec<AlarmEntry>>,
    technical: Option<Vec<AlarmEntry>>,
}

/// An answer that comes in parts.
#[derive(Clone, Debug)]
struct Parts {
    invoke_id: u16,
    /// Number of the last part that came.
    count: u8,
    is_last: bool,
    lists: Lists,
}

/// Puts answers of the alarm monitor together.
#[derive(Clone, Debug, Default)]
pub(super) struct AlarmAssembly {
    parts: Option<Parts>,
    /// Number of an answer that cannot become whole; what else comes of it is left out.
    broken: Option<u16>,
}

/// A whole answer.
#[derive(Clone, Debug)]
pub(super) struct WholeList(Vec<(ConditionKind, AlarmEntry)>);

impl AlarmAssembly {
    /// Takes an answer or a part of one. Gives the list when it is whole, and a fault where it cannot become whole.
    pub(super) fn take(&mut self, answer: &PollAnswer) -> Option<Result<WholeList, Fault>> {
        let id = answer.invoke_id;
        let is_first = matches!(answer.link, Some(Link { position: Link::FIRST, .. }));
        if self.broken.take_if(|broken| *broken == id && !is_first).is_some() {
            self.broken = answer.link.map(|_| id); // over with the part that has no link
            return None;
        }
        let result = self.put(answer);
        if matches!(result, Some(Err(_))) {
            self.broken = answer.link.map(|_| id);
        }
        result
    }

    fn put(&mut self, answer: &PollAnswer) -> Option<Result<WholeList, Fault>> {
        let before = self.parts.take().filter(|parts| parts.invoke_id == answer.invoke_id);
        let mut parts = match (answer.link, before) {
            (None, None) | (Some(Link { position: Link::FIRST, .. }), _) => {
                Parts { invoke_id: answer.invoke_id, count: 0, is_last: false, lists: Lists::default() }
            }
            (Some(link), Some(parts)) if link.count == parts.count.wrapping_add(1) && !parts.is_last => parts,
            (None, Some(parts)) if parts.is_last => parts,
            (None | Some(_), _) => {
                let detail = "A part of the alarm lists is missing; the list is not used.";
                return Some(Err(Fault::new(FaultKind::Truncated, 0, detail)));
            }
        };
        if let Err(fault) = parts.lists.add(&answer.result) {
            return Some(Err(fault));
        }
        let Some(link) = answer.link else { return Some(parts.lists.whole()) };
        (parts.count, parts.is_last) = (link.count, link.position == Link::LAST);
        self.parts = Some(parts);
        None
    }
}

impl Lists {
    fn add(&mut self, result: &PollResult) -> Result<(), Fault> {
        for (_, object) in result.objects() {
            for (id, list) in [(id::PATIENT_ALARMS, &mut self.patient), (id::TECHNICAL_ALARMS, &mut self.technical)] {
                let Some(value) = object.attributes.find(id) else { continue };
                let entries = AlarmEntry::list(value).ok_or_else(|| {
                    Fault::new(FaultKind::Framing, value.len(), "An alarm list that cannot be read; it is not used.")
                })?;
                let list = list.get_or_insert_default();
                list.extend(entries);
                if list.len() > ALARMS_MAX {
                    let detail = format!("An alarm list of more than {ALARMS_MAX} alarms; it is not used.");
                    return Err(Fault::new(FaultKind::Overlong, value.len(), detail));
                }
            }
        }
        Ok(())
    }

    fn whole(self) -> Result<WholeList, Fault> {
        let Some((patient, technical)) = self.patient.zip(self.technical) else {
            let detail = "An answer of the alarm monitor without both lists; it ends no alarm.";
            return Err(Fault::new(FaultKind::Unexpected, 0, detail));
        };
        let of = |kind: ConditionKind| move |entry| (kind, entry);
        let patient = patient.into_iter().map(of(ConditionKind::Physiological));
        Ok(WholeList(patient.chain(technical.into_iter().map(of(ConditionKind::Technical))).collect()))
    }
}

/// What tells an alarm from others while its text may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct AlarmKey {
    is_about_patient: bool,
    source: u16,
    code: u16,
    object: ObjectId,
    /// Number among alarms of the same kind, and text as a number.
    which: Option<(u16, u32)>,
}

impl AlarmKey {
    fn of(condition: ConditionKind, entry: &AlarmEntry) -> Self {
        let which = match entry.info {
            AlarmInfo::Known { instance, text_id, .. } => Some((instance, text_id)),
            AlarmInfo::Other(..) => None,
        };
        let is_about_patient = condition == ConditionKind::Physiological;
        Self { is_about_patient, source: entry.source, code: entry.code, object: entry.object, which }
    }
}

/// Texts of the alarms that are present. A text may hold the value that changes every second; what the alarm was first
/// called is kept until it is over, since its text is part of what tells it from others.
#[derive(Clone, Debug, Default)]
pub(super) struct AlarmTexts(BTreeMap<AlarmKey, Arc<str>>);

impl AlarmTexts {
    /// All alarms of a whole list, and that this is all.
    pub(super) fn reports(&mut self, list: &WholeList, labels: &Labels) -> Vec<Report> {
        let mut present: Vec<DeviceAlarm> = Vec::new();
        let mut keys = BTreeSet::new();
        for (condition, entry) in list.0.iter().filter(|(_, entry)| is_alarm(entry)) {
            let key = AlarmKey::of(*condition, entry);
            let text = self.0.entry(key).or_insert_with(|| text(entry, labels)).clone();
            keys.insert(key);
            let alarm = alarm(*condition, entry, text);
            let same = |known: &&mut DeviceAlarm| {
                known.event == alarm.event && known.source == alarm.source && known.text == alarm.text
            };
            match present.iter_mut().find(same) {
                Some(known) => known.priority = known.priority.max(alarm.priority),
                None => present.push(alarm),
            }
        }
        self.0.retain(|key, _| keys.contains(key));
        present.into_iter().map(Report::Alarm).chain([Report::AlarmsListed]).collect()
    }
}

/// An entry that says "no alarm", or that is invented by a test or a demonstration, is none.
fn is_alarm(entry: &AlarmEntry) -> bool {
    entry.kind != 0 && entry.state & (state::TEST | state::DEMO) == 0
}

fn alarm(condition: ConditionKind, entry: &AlarmEntry, text: Arc<str>) -> DeviceAlarm {
    let (event, _) = table::event(entry.code);
    let source = source(entry).map_or(table::MONITOR, |(place, _)| place);
    DeviceAlarm { event, source, present: true, priority: priority(entry.kind), kind: condition, text }
}

/// The weightiest bit counts; a type that is not known counts as high.
const fn priority(word: u16) -> Priority {
    if word & kind::HIGH != 0 {
        Priority::High
    } else if word & kind::MEDIUM != 0 {
        Priority::Medium
    } else if word & kind::LOW != 0 {
        Priority::Low
    } else {
        Priority::High
    }
}

/// What the alarm is about, if its source is a measurement (lowest bit of the code 0) with a row in the table.
fn source(entry: &AlarmEntry) -> Option<(vigil_model::Containment, &'static str)> {
    if entry.code & 1 == 0 { table::source(entry.source) } else { None }
}

/// The text on the screen or, where none is sent, what it is about and the event, in the words of the table.
fn text(entry: &AlarmEntry, labels: &Labels) -> Arc<str> {
    if let AlarmInfo::Known { text: Some(text), .. } = &entry.info
        && !text.is_empty()
    {
        return Arc::clone(text);
    }
    let label = labels.label((entry.object.context, entry.object.handle));
    let name = match (label, source(entry)) {
        (Some(label), _) => label.to_string(),
        (None, Some((_, name))) => name.to_owned(),
        (None, None) => format!("Source {:04X}", entry.source),
    };
    let (event, words) = table::event(entry.code);
    if event == vigil_model::mdc::EVT_ALARM && entry.code & !1 != 8 {
        return format!("{name}: alarm {:04X}", entry.code).into();
    }
    format!("{name}: {words}").into()
}

//! Everything that was said since the beginning, over crashes, and what must hold of it after every step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use vigil_model::{
    AlarmState, Answer, BedSummary, Command, ConditionKind, DeviceReport, EngineEvent, EventKind, Lane,
    ObservationReport, Occurrence, OccurrenceId, Outgoing, Phase, Ward,
};

use crate::evidence;

/// What one step of the appliance was given and what it made.
pub(crate) struct Step {
    pub(crate) reports: Vec<DeviceReport>,
    pub(crate) commands: Vec<Command>,
    pub(crate) events: Vec<EngineEvent>,
    /// Messages, each with the position of its event.
    pub(crate) outgoing: Vec<(usize, Outgoing)>,
}

pub(crate) struct Ledger {
    ward: Arc<Ward>,
    next_seq: u64,
    /// Occurrences that are not over, by condition.
    pub(crate) told: BTreeMap<Arc<str>, Occurrence>,
    /// Every occurrence there ever was: number and condition.
    occurrences: BTreeMap<u64, Arc<str>>,
    /// The highest number before this step.
    newest: u64,
    /// Control ids of each destination.
    pub(crate) made: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    control_ids: BTreeSet<Arc<str>>,
    /// What each observation message was made of.
    pub(crate) charts: BTreeMap<Arc<str>, Arc<ObservationReport>>,
    /// How often occurrences of each text began.
    pub(crate) began: BTreeMap<Arc<str>, u64>,
    summaries: BTreeMap<Arc<str>, BedSummary>,
    /// After a restart: occurrences that must be told as present.
    restored: Option<BTreeMap<Arc<str>, Occurrence>>,
    /// Whether events become messages.
    has_messages: bool,
}

impl Step {
    pub(crate) fn observation_reports(&self) -> impl Iterator<Item = &ObservationReport> {
        self.events.iter().filter_map(|event| match &event.kind {
            EventKind::Observations(report) => Some(&**report),
            EventKind::Alarm { .. }
            | EventKind::Answered { .. }
            | EventKind::Charted { .. }
            | EventKind::Adjusted { .. }
            | EventKind::Infusion(_)
            | EventKind::Bed(_)
            | EventKind::Device(_)
            | EventKind::Association(_) => None,
        })
    }
}

impl Ledger {
    pub(crate) fn new(ward: &Arc<Ward>) -> Self {
        Self {
            ward: Arc::clone(ward),
            next_seq: 1,
            told: BTreeMap::new(),
            occurrences: BTreeMap::new(),
            newest: 0,
            made: BTreeMap::new(),
            control_ids: BTreeSet::new(),
            charts: BTreeMap::new(),
            began: BTreeMap::new(),
            summaries: BTreeMap::new(),
            restored: None,
            has_messages: true,
        }
    }

    /// The books of an engine alone, whose events become no messages.
    pub(crate) fn without_messages(ward: &Arc<Ward>) -> Self {
        Self { has_messages: false, ..Self::new(ward) }
    }

    /// Conditions whose occurrences are acknowledged by the answers of a step, in the order of the answers.
    pub(crate) fn acknowledged(&self, step: &Step) -> Vec<Arc<str>> {
        // Answers are taken last: what begins in the step can be answered, and what ends cannot.
        let alarms = || step.events.iter().filter_map(alarm);
        let begins = alarms().filter(|(phase, _)| *phase == Phase::Start).map(|(_, occurrence)| occurrence);
        let known: Vec<&Occurrence> = self.told.values().chain(begins).collect();
        let has_ended =
            |id: &OccurrenceId| alarms().any(|(phase, occurrence)| phase == Phase::End && occurrence.id == *id);
        let keys = step.commands.iter().filter_map(|command| {
            let Command::Answer { occurrence: id, answer, .. } = command else { return None };
            let known = known.iter().find(|occurrence| occurrence.id == *id && !has_ended(id))?;
            (*answer == Answer::Acknowledge).then(|| Arc::clone(&known.key.0))
        });
        keys.collect()
    }

    /// The appliance was killed and started again.
    pub(crate) fn restart(&mut self, restored: BTreeMap<Arc<str>, Occurrence>) {
        assert_eq!(self.told, restored, "the journal has other occurrences than people were told of");
        self.restored = Some(restored);
    }

    /// Takes a step into the books.
    pub(crate) fn take(&mut self, step: &Step) {
        let mut spent = BTreeSet::new();
        for (position, event) in step.events.iter().enumerate() {
            assert_eq!(event.seq, self.next_seq, "event numbers have no gaps");
            self.next_seq += 1;
            let messages: Vec<&Outgoing> =
                step.outgoing.iter().filter(|(of, _)| *of == position).map(|(_, message)| message).collect();
            match &event.kind {
                EventKind::Alarm { phase, occurrence, patient } => {
                    self.take_alarm(*phase, occurrence, step);
                    let (_, bed) = self.ward.bed_named(&occurrence.bed).expect("a bed of the ward");
                    assert_eq!(*patient, bed.patient, "the patient of {}", occurrence.bed);
                    if self.has_messages {
                        check_alarm_messages(event, occurrence, &messages);
                    }
                }
                EventKind::Answered { occurrence, answer, known, .. } => {
                    // What an acknowledgement ended was known to it, and to the answers before it.
                    let is_it = |of: &Occurrence| of.id == *occurrence;
                    let mut alarms = step.events.iter().filter_map(alarm);
                    let is_reset = alarms.any(|(phase, of)| phase == Phase::Reset && is_it(of));
                    let was_known = self.told.values().any(is_it) || (is_reset && !spent.contains(occurrence));
                    if *answer == Answer::Acknowledge {
                        spent.insert(occurrence.clone());
                    }
                    assert_eq!(*known, was_known, "{occurrence}");
                }
                EventKind::Observations(report) if self.has_messages => {
                    let of_hl7 = |message: &&&Outgoing| message.lane == Lane::Observation;
                    let message = messages.iter().find(of_hl7).expect("each report with a patient is charted");
                    self.charts.insert(Arc::clone(&message.control_id), Arc::clone(report));
                }
                EventKind::Bed(summary) => {
                    self.summaries.insert(Arc::clone(&summary.bed), summary.clone());
                }
                EventKind::Observations(_)
                | EventKind::Device(_)
                | EventKind::Charted { .. }
                | EventKind::Adjusted { .. }
                | EventKind::Infusion(_)
                | EventKind::Association(_) => {}
            }
            for message in messages {
                let id = Arc::clone(&message.control_id);
                assert!(self.control_ids.insert(Arc::clone(&id)), "control id {id} is given out twice");
                self.made.entry(Arc::clone(&message.destination)).or_default().insert(id);
            }
        }
        if let Some(restored) = self.restored.take() {
            for key in restored.keys() {
                let is_present = |event: &EngineEvent| matches!(&event.kind, EventKind::Alarm { phase: Phase::Present, occurrence, .. } if occurrence.key.0 == *key);
                assert!(step.events.iter().any(is_present), "{key} is not told as present after the restart");
            }
        }
        self.newest = self.occurrences.last_key_value().map_or(0, |(newest, _)| *newest);
        self.check_summaries();
    }

    fn take_alarm(&mut self, phase: Phase, occurrence: &Occurrence, step: &Step) {
        let key = &occurrence.key.0;
        let before = self.told.get(key);
        let number = occurrence.id.number;
        match phase {
            Phase::Start => {
                assert_eq!(before.map(|before| &before.id), None, "{key} begins although it is told already");
                if occurrence.restarts > 0 {
                    // It was over a short time ago and goes on under its name.
                    assert_eq!(self.occurrences.get(&number), Some(key), "{number} begins again as another condition");
                    assert!(occurrence.count > occurrence.restarts, "each start of {key} is counted");
                } else {
                    assert!(number > self.newest, "occurrence {number} of {key} after {}", self.newest);
                    let twice = self.occurrences.insert(number, Arc::clone(key));
                    assert_eq!(twice, None, "the name of occurrence {number} is used twice");
                }
                *self.began.entry(Arc::clone(&occurrence.text)).or_default() += 1;
            }
            Phase::Present => {
                let restored = self.restored.as_ref().expect("nothing is present but after a restart");
                assert_eq!(restored.get(key), Some(occurrence), "{key} is not what it was before the restart");
            }
            Phase::Update | Phase::Escalate | Phase::Deescalate | Phase::Acknowledged | Phase::Reset | Phase::End => {
                let before = before.unwrap_or_else(|| panic!("{key}: {phase:?} of what was never told"));
                assert_eq!(before.id, occurrence.id, "{key} changes its name");
                let came_back = before.state == AlarmState::Latched && occurrence.state == AlarmState::Active;
                assert_eq!(before.count + u32::from(came_back), occurrence.count, "starts of {key}");
                assert_eq!(before.onset, occurrence.onset, "{key} changes its onset");
            }
            Phase::Continue | Phase::Inactivate => panic!("{key}: {phase:?} is not said by this engine"),
        }
        let was_active = before.is_some_and(|before| before.state == AlarmState::Active);
        if occurrence.kind == ConditionKind::Physiological && was_active && occurrence.state != AlarmState::Active {
            assert!(evidence::that_it_is_over(&self.ward, occurrence, &step.reports), "{key} ended without evidence");
        }
        if phase == Phase::Reset {
            let answers =
                |command: &Command| matches!(command, Command::Answer { occurrence: id, .. } if *id == occurrence.id);
            assert!(step.commands.iter().any(answers), "{key} is reset and nobody asked for it");
        }
        if occurrence.state == AlarmState::Inactive {
            self.told.remove(key);
        } else {
            self.told.insert(Arc::clone(key), occurrence.clone());
        }
    }

    /// The summary of each bed, as last told, is that of its occurrences.
    fn check_summaries(&self) {
        for (bed, summary) in &self.summaries {
            let told: Vec<&Occurrence> = self.told.values().filter(|occurrence| occurrence.bed == *bed).collect();
            let count = |is: &dyn Fn(&Occurrence) -> bool| told.iter().filter(|told| is(told)).count() as u32;
            let expected = BedSummary {
                bed: Arc::clone(bed),
                highest: told.iter().map(|occurrence| occurrence.priority).max(),
                active: count(&|occurrence| occurrence.state == AlarmState::Active),
                latched: count(&|occurrence| occurrence.state == AlarmState::Latched),
                acknowledged: count(&Occurrence::is_acknowledged),
            };
            assert_eq!(*summary, expected);
        }
    }
}

/// One alert for the EHR; one state for the nurse call, and what clears it if it is the last.
fn check_alarm_messages(event: &EngineEvent, occurrence: &Occurrence, messages: &[&Outgoing]) {
    let of = |destination: &str| messages.iter().filter(|message| *message.destination == *destination).count();
    let is_final = occurrence.state == AlarmState::Inactive;
    assert_eq!((of("ehr"), of("nurse-call")), (1, 1 + usize::from(is_final)), "messages of event {}", event.seq);
    for message in messages {
        assert_eq!((message.lane, &message.replaces), (Lane::Alarm, &None), "an alarm is never replaced");
        assert_eq!(message.occurrence.as_ref(), Some(&occurrence.id));
    }
}

/// Phase and occurrence of an alarm event.
fn alarm(event: &EngineEvent) -> Option<(Phase, &Occurrence)> {
    match &event.kind {
        EventKind::Alarm { phase, occurrence, .. } => Some((*phase, occurrence)),
        EventKind::Answered { .. }
        | EventKind::Charted { .. }
        | EventKind::Adjusted { .. }
        | EventKind::Infusion(_)
        | EventKind::Observations(_)
        | EventKind::Bed(_)
        | EventKind::Device(_)
        | EventKind::Association(_) => None,
    }
}

//! The retained state of one alarm, schema `vigil/alarm/1`.

use std::sync::Arc;

use serde::Serialize;
use vigil_model::{AlarmState, Code, Location, Occurrence, Patient, Phase, Timestamp, Ward};

use super::{MqttPublish, Qos, Topics};
use crate::MqttDestination;
use crate::hl7::oru_r40::sent_event;
use crate::hl7::write::append_quantity;

/// Schema of the payload.
pub const SCHEMA: &str = "vigil/alarm/1";

/// How long the broker may keep the final state of an alarm, in seconds, if the message that clears it does not come.
pub const FINAL_EXPIRY_S: u32 = 60;

/// One event about an occurrence, to be published.
#[derive(Clone, Copy, Debug)]
pub struct Alarm<'a> {
    /// The plan.
    pub ward: &'a Ward,
    /// What changed.
    pub phase: Phase,
    /// The occurrence after the change.
    pub occurrence: &'a Occurrence,
    /// The patient validly bound to the bed; published only where the destination is configured for it.
    pub patient: Option<&'a Patient>,
    /// Number of the event.
    pub seq: u64,
    /// When the event happened.
    pub at: Timestamp,
}

impl Alarm<'_> {
    /// Whether this is the last state: the condition is over and nobody needs to be told.
    pub fn is_final(&self) -> bool {
        self.occurrence.state == AlarmState::Inactive
    }

    /// The state. `id` is the message's identity.
    pub fn state(&self, to: &MqttDestination, topics: &Topics, id: &str) -> MqttPublish {
        let location = self.location();
        MqttPublish {
            topic: topics.alarm_state(&location, &self.occurrence.id),
            payload: json(&self.payload(to, &location)),
            qos: Qos::AtLeastOnce,
            retain: true,
            expiry_s: self.is_final().then_some(FINAL_EXPIRY_S),
            response_topic: Some(topics.alarm_answer(&location, &self.occurrence.id)),
            correlation: Some(self.occurrence.id.to_string().into_bytes()),
            user_properties: properties(SCHEMA, &self.ward.appliance.id, Some(self.seq), Some(id)),
        }
    }

    /// What clears the state after the final one: nothing, retained.
    pub fn clear(&self, topics: &Topics, id: &str) -> MqttPublish {
        MqttPublish {
            topic: topics.alarm_state(&self.location(), &self.occurrence.id),
            retain: true,
            user_properties: properties(SCHEMA, &self.ward.appliance.id, Some(self.seq), Some(id)),
            ..MqttPublish::default()
        }
    }

    /// Where the bed stands; a bed that the plan does not have any more is its own place.
    fn location(&self) -> Location {
        match self.ward.bed_named(&self.occurrence.bed) {
            Some((_, bed)) => bed.location.clone(),
            None => Location { bed: self.occurrence.bed.clone(), ..Location::default() },
        }
    }

    fn payload(&self, to: &MqttDestination, location: &Location) -> Payload<'_> {
        let (appliance, occurrence) = (&self.ward.appliance, self.occurrence);
        let source = &occurrence.source;
        let inactivation = if occurrence.inactivation.is_empty() {
            vec!["enabled"]
        } else {
            occurrence.inactivation.iter().map(|entry| entry.kind.as_str()).collect()
        };
        let event = sent_event(occurrence.event);
        Payload {
            schema: SCHEMA,
            id: occurrence.id.to_string(),
            seq: self.seq,
            phase: self.phase.as_str(),
            state: occurrence.state.as_str(),
            priority: occurrence.priority.facet(),
            r#type: occurrence.kind.facet(),
            inactivation,
            event: EventPart { refid: event.refid(), code: event.value(), text: &occurrence.text },
            source: SourcePart {
                device: &occurrence.device,
                refid: source.metric.map(Code::refid),
                code: source.metric.map(Code::value),
                value: source.value.as_ref().map(ToString::to_string),
                unit: source.unit.map(|unit| unit.ucum()),
                limit: source.limit.map(|(side, limit)| {
                    let mut text = vec![side.sign() as u8];
                    append_quantity(limit, &mut text);
                    String::from_utf8_lossy(&text).into_owned()
                }),
                device_limits: source.device_limits.as_deref().map(|limits| DeviceLimitsPart {
                    low: limits.low.map(|low| low.to_string()),
                    high: limits.high.map(|high| high.to_string()),
                }),
            },
            count: occurrence.count.max(1),
            bed: BedPart::new(&appliance.site, location),
            t_onset: occurrence.onset.to_string(),
            t_changed: occurrence.changed.to_string(),
            t_sent: self.at.to_string(),
            escalation: EscalationPart::of(occurrence),
            test: self.ward.is_test(&self.occurrence.bed),
            patient: self.patient.filter(|_| to.include_patient).and_then(|patient| PatientPart::of(patient, to)),
        }
    }
}

#[derive(Serialize)]
struct Payload<'a> {
    schema: &'static str,
    id: String,
    seq: u64,
    phase: &'static str,
    state: &'static str,
    priority: &'static str,
    r#type: &'static str,
    inactivation: Vec<&'static str>,
    event: EventPart<'a>,
    source: SourcePart<'a>,
    #[serde(skip_serializing_if = "is_once")]
    count: u32,
    bed: BedPart,
    t_onset: String,
    t_changed: String,
    t_sent: String,
    escalation: EscalationPart<'a>,
    test: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<PatientPart>,
}

#[derive(Serialize)]
struct EventPart<'a> {
    refid: &'static str,
    code: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct SourcePart<'a> {
    device: &'a str,
    refid: Option<&'static str>,
    code: Option<u32>,
    value: Option<String>,
    unit: Option<&'static str>,
    limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_limits: Option<DeviceLimitsPart>,
}

/// Limits that are set on the device itself, beside ours.
#[derive(Serialize)]
struct DeviceLimitsPart {
    low: Option<String>,
    high: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_once(count: &u32) -> bool {
    *count == 1
}

/// Where a bed stands, in payloads.
#[derive(Serialize)]
pub(crate) struct BedPart {
    site: String,
    unit: String,
    room: String,
    bed: String,
}

impl BedPart {
    pub(crate) fn new(site: &str, location: &Location) -> Self {
        Self {
            site: site.to_owned(),
            unit: location.unit.to_string(),
            room: location.room.to_string(),
            bed: location.bed.to_string(),
        }
    }
}

#[derive(Serialize)]
struct EscalationPart<'a> {
    level: u32,
    to: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

impl<'a> EscalationPart<'a> {
    /// Without a chain everybody who listens is meant.
    fn of(occurrence: &'a Occurrence) -> Self {
        match &occurrence.escalation {
            None => Self { level: 0, to: vec!["primary"], state: None },
            Some(told) => Self {
                level: told.level,
                to: told.to.iter().map(|to| &**to).collect(),
                state: Some(told.state.as_str()),
            },
        }
    }
}

#[derive(Serialize)]
struct PatientPart {
    id: Arc<str>,
    authority: Arc<str>,
    family: Arc<str>,
    given: Arc<str>,
}

impl PatientPart {
    /// What the broker's readers may know; nothing if that tells nobody apart.
    fn of(patient: &Patient, to: &MqttDestination) -> Option<Self> {
        let Patient { id, authority, family, given, .. } = to.sees().patient(patient)?.into_owned();
        (!id.is_empty() || !family.is_empty()).then_some(Self { id, authority, family, given })
    }
}

/// The payload as bytes. Strings, numbers and lists of them always have a JSON form.
pub(crate) fn json(payload: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(payload).expect("a payload of strings and numbers has a JSON form")
}

pub(crate) fn properties(schema: &str, gateway: &str, seq: Option<u64>, id: Option<&str>) -> Vec<(String, String)> {
    let mut properties = vec![("schema".to_owned(), schema.to_owned()), ("gateway".to_owned(), gateway.to_owned())];
    properties.extend(seq.map(|seq| ("seq".to_owned(), seq.to_string())));
    properties.extend(id.map(|id| ("id".to_owned(), id.to_owned())));
    properties
}

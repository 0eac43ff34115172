//! What a message says, as far as a scorecard needs it: about whom, where, what, how much.

use std::collections::BTreeMap;

use vigil_messages::hl7::Message;
use vigil_model::Timestamp;

/// One accepted message.
#[derive(Clone, PartialEq, Eq)]
pub struct Charted {
    /// MSH-10.
    pub control_id: String,
    /// Type and trigger, `ORU^R01`.
    pub kind: String,
    /// Place, PV1-3.1 to 3.3: `4B^401^1`. Empty if the message names none.
    pub place: String,
    /// PID-3.1; `None` if the message names nobody.
    pub patient: Option<String>,
    /// Whether the patient is not the one expected at this place.
    pub misattributed: bool,
    /// What it says.
    pub content: Content,
    /// When it was received.
    pub received: Timestamp,
}

impl std::fmt::Debug for Charted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Charted({} {} {:?})", self.control_id, self.kind, self.content) // patient data never reaches a log
    }
}

/// What a message is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Observations (PCD-01).
    Observations {
        /// OBX rows with a value.
        values: u32,
        /// OBX rows of a metric without a value.
        absent: u32,
    },
    /// An alarm (PCD-04).
    Alarm {
        /// Id of the occurrence: EI-1 of OBR-29.2, and of OBR-3 for the first message about it.
        occurrence: String,
        /// Facet 3.
        phase: String,
        /// Facet 4.
        state: String,
    },
    /// Anything else.
    Other,
}

impl Charted {
    pub(super) fn read(message: &Message, received: Timestamp, expected: &BTreeMap<String, String>) -> Self {
        let header = message.header();
        let location = message.field("PV1", 3);
        let parts = [1, 2, 3].map(|number| location.component(number).text().into_owned());
        let place = if location.is_empty() { String::new() } else { parts.join("^") };
        let patient = message.field("PID", 3).component(1).text().into_owned();
        let patient = Some(patient).filter(|id| !id.is_empty());
        let misattributed = match (&patient, expected.get(&place)) {
            (Some(found), Some(wanted)) => found != wanted,
            (Some(_), None) => !expected.is_empty(), // somebody, where nobody is expected
            (None, _) => false,
        };
        let kind = [1, 2].map(|number| header.field(9).component(number).text().into_owned()).join("^");
        let content = match kind.as_str() {
            "ORU^R01" => observations(message),
            "ORU^R40" => alarm(message),
            _ => Content::Other,
        };
        let control_id = header.field(10).text().into_owned();
        Self { control_id, kind, place, patient, misattributed, content, received }
    }

    /// One JSON object, without patient data.
    pub fn receipt(&self) -> String {
        let mut line = serde_json::json!({
            "control_id": self.control_id,
            "type": self.kind,
            "place": self.place,
            "received": self.received.to_string(),
            "misattributed": self.misattributed,
        });
        match &self.content {
            Content::Observations { values, absent } => {
                line["values"] = (*values).into();
                line["absent"] = (*absent).into();
            }
            Content::Alarm { occurrence, phase, state } => {
                line["occurrence"] = occurrence.as_str().into();
                line["phase"] = phase.as_str().into();
                line["state"] = state.as_str().into();
            }
            Content::Other => {}
        }
        line.to_string()
    }
}

fn observations(message: &Message) -> Content {
    let (mut values, mut absent) = (0, 0);
    for obx in message.segments_named("OBX") {
        if !obx.field(5).is_empty() {
            values += 1;
        } else if !obx.field(2).is_empty() {
            absent += 1; // rows of the device's parts have no type
        }
    }
    Content::Observations { values, absent }
}

fn alarm(message: &Message) -> Content {
    let obr = |field| message.field("OBR", field);
    let parent = obr(29).component(2).subcomponent(1).text().into_owned();
    let occurrence = if parent.is_empty() { obr(3).component(1).text().into_owned() } else { parent };
    let facet = |refid: &str| {
        let row = message.segments_named("OBX").find(|obx| obx.field(3).component(2).text() == refid);
        row.map_or_else(String::new, |obx| obx.field(5).text().into_owned())
    };
    Content::Alarm { occurrence, phase: facet("MDC_ATTR_EVENT_PHASE"), state: facet("MDC_ATTR_ALARM_STATE") }
}

/// The segments with every mention of the message's own control id taken out, so that two messages that say the same thing
/// compare equal.
pub(super) fn without_own_ids(segments: &[u8], control_id: &str) -> Vec<u8> {
    let id = control_id.as_bytes();
    let mut rest = segments;
    let mut kept = Vec::with_capacity(segments.len());
    while let Some((first, tail)) = rest.split_first() {
        if !id.is_empty() && rest.starts_with(id) {
            rest = &rest[id.len()..];
        } else {
            kept.push(*first);
            rest = tail;
        }
    }
    kept
}

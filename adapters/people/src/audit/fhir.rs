//! The trail as FHIR R4 `AuditEvent`, after IHE's Basic Audit Log Patterns (BALP 1.1.3) and the DICOM codes that ATNA uses
//! (PS3.16 CID 400).

use serde_json::{Value, json};

use super::{Action, Kind, Line, Outcome};

const DCM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const REST: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const INTERACTION: &str = "http://hl7.org/fhir/restful-interaction";
const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const ENTITY_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const SOURCE_TYPE: &str = "http://terminology.hl7.org/CodeSystem/security-source-type";
/// Action words of our own, where no published list has them.
const OURS: &str = "urn:vigil:audit-action";

/// One record as an `AuditEvent`. `appliance` is the id of the appliance, which is the source of the record.
pub fn audit_event(appliance: &str, line: &Line) -> Value {
    let entry = &line.entry;
    let (event, interaction, action) = codes(entry.action);
    let mut subtype = vec![json!({ "system": OURS, "code": entry.action.text() })];
    if let Some((code, display)) = interaction {
        subtype.insert(0, json!({ "system": INTERACTION, "code": code, "display": display }));
    }
    let mut event = json!({
        "resourceType": "AuditEvent",
        "id": format!("{appliance}-{}", line.number).replace(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '.', "-"),
        "type": event,
        "subtype": subtype,
        "action": action,
        "recorded": entry.at.to_string(),
        "outcome": match entry.outcome { Outcome::Done => "0", Outcome::Refused => "4", Outcome::Failed => "8" },
        "agent": agents(appliance, line),
        "source": {
            "observer": { "display": appliance },
            "type": [{ "system": SOURCE_TYPE, "code": "3", "display": "Web Server" }],
        },
    });
    if let Some(detail) = &entry.detail {
        event["outcomeDesc"] = json!(detail);
    }
    if let Some(why) = &entry.why {
        event["purposeOfEvent"] = json!([{ "text": why }]);
    }
    let entities = entities(line);
    if !entities.is_empty() {
        event["entity"] = json!(entities);
    }
    event
}

/// Type of event, interaction, and action letter of an action.
fn codes(action: Action) -> (Value, Option<(&'static str, &'static str)>, &'static str) {
    let dicom = |code: &str, display: &str| json!({ "system": DCM, "code": code, "display": display });
    let rest = || json!({ "system": REST, "code": "rest", "display": "RESTful Operation" });
    let (read, create) = (Some(("read", "read")), Some(("create", "create")));
    let (update, delete) = (Some(("update", "update")), Some(("delete", "delete")));
    match action {
        Action::Started | Action::Stopped => (dicom("110100", "Application Activity"), None, "E"),
        Action::LoggedIn | Action::LoggedOut | Action::SessionExpired | Action::LoginRefused => {
            (dicom("110114", "User Authentication"), None, "E")
        }
        Action::GlassBroken | Action::AccessRefused => (dicom("110113", "Security Alert"), None, "E"),
        Action::TrailBegun | Action::TrailRepaired | Action::TrailTrimmed | Action::EntriesLost => {
            (dicom("110101", "Audit Log Used"), None, "U")
        }
        Action::TrailRead => (dicom("110101", "Audit Log Used"), None, "R"),
        Action::Exported | Action::BackedUp => (dicom("110106", "Export"), None, "R"),
        Action::Restored => (dicom("110107", "Import"), None, "C"),
        Action::Viewed => (rest(), read, "R"),
        Action::Charted | Action::PatientBound => (rest(), create, "C"),
        Action::PatientReleased => (rest(), delete, "D"),
        Action::AlarmAnswered
        | Action::SignalsHeld
        | Action::SignalsEnabled
        | Action::LimitsAdjusted
        | Action::MessageHandled
        | Action::ConfigurationChanged
        | Action::UserChanged
        | Action::TokenChanged => (rest(), update, "U"),
        Action::Commissioned | Action::Acted => (rest(), None, "E"),
    }
}

/// The client, this server, and the person: for a reading the data go to the client, else they come from it.
fn agents(appliance: &str, line: &Line) -> Vec<Value> {
    let who = &line.entry.who;
    let source = json!({ "coding": [{ "system": DCM, "code": "110153", "display": "Source Role ID" }] });
    let destination = json!({ "coding": [{ "system": DCM, "code": "110152", "display": "Destination Role ID" }] });
    let is_reading = matches!(line.entry.action, Action::Viewed | Action::Exported | Action::BackedUp);
    let (of_client, of_server) = if is_reading { (destination, source) } else { (source, destination) };
    let mut user = json!({
        "type": { "coding": [{ "system": PARTICIPATION, "code": "IRCP", "display": "information recipient" }] },
        "who": { "display": who.name },
        "name": who.name,
        "requestor": who.kind != Kind::Appliance,
    });
    if let Some(role) = who.role {
        user["role"] = json!([{ "text": role.as_str() }]);
    }
    let mut agents = vec![user, json!({ "type": of_server, "who": { "display": appliance }, "requestor": false })];
    if let Some(from) = &who.from {
        let kind = if from.parse::<std::net::IpAddr>().is_ok() { "2" } else { "1" }; // IP address, machine name
        let client = json!({
            "type": of_client, "who": { "display": from }, "requestor": false,
            "network": { "address": from, "type": kind },
        });
        agents.push(client);
    }
    agents
}

fn entities(line: &Line) -> Vec<Value> {
    let Some(object) = &line.entry.object else { return Vec::new() };
    let mut entities = vec![json!({
        "what": { "identifier": { "value": object.id } },
        "type": { "system": ENTITY_TYPE, "code": "2", "display": "System Object" },
        "role": { "system": ENTITY_ROLE, "code": "4", "display": "Domain Resource" },
        "name": object.kind,
    })];
    if let Some(patient) = &object.patient {
        entities.push(json!({
            "what": { "identifier": { "value": patient } },
            "type": { "system": ENTITY_TYPE, "code": "1", "display": "Person" },
            "role": { "system": ENTITY_ROLE, "code": "1", "display": "Patient" },
        }));
    }
    entities
}

#[cfg(test)]
mod tests {
    use vigil_model::Timestamp;

    use super::*;
    use crate::Role;
    use crate::audit::{Entry, Object, Who};

    fn line(entry: Entry) -> Line {
        Line { number: 7, previous: String::new(), entry, signature: String::new() }
    }

    #[test]
    fn a_view_of_a_patients_data_is_a_read_with_the_patient_as_an_entity() {
        let who =
            Who { name: "n.okafor".into(), kind: Kind::Person, role: Some(Role::Nurse), from: Some("10.0.0.7".into()) };
        let object = Object { patient: Some("MRN-1".into()), ..Object::new("bed", "4b-01") };
        let entry = Entry::done(Timestamp::from_seconds(1_800_000_000), who, Action::Viewed).about(object);
        let event = audit_event("ward-4b", &line(entry));
        assert_eq!(event["type"]["code"], "rest");
        assert_eq!(event["subtype"][0]["code"], "read");
        assert_eq!((&event["action"], &event["outcome"]), (&json!("R"), &json!("0")));
        assert_eq!(event["recorded"], "2027-01-15T08:00:00.000Z");
        assert_eq!(event["agent"][0]["requestor"], true);
        assert_eq!(event["agent"][2]["type"]["coding"][0]["code"], "110152", "data go to the client");
        assert_eq!(event["entity"][1]["what"]["identifier"]["value"], "MRN-1");
    }

    /// What R4 demands of every `AuditEvent`: type, recorded, an agent with `requestor`, a source with an observer.
    #[test]
    fn every_action_becomes_an_event_with_what_fhir_demands() {
        for action in ALL.iter().copied() {
            let entry = Entry::done(Timestamp::default(), Who::appliance(), action).that(Outcome::Refused);
            let event = audit_event("ward 4b", &line(entry));
            assert!(event["type"]["code"].is_string() && event["recorded"].is_string(), "{action:?}");
            assert!(event["agent"].as_array().unwrap().iter().all(|agent| agent["requestor"].is_boolean()));
            assert!(event["source"]["observer"]["display"].is_string());
            assert_eq!(event["id"], "ward-4b-7");
            assert!(["C", "R", "U", "D", "E"].contains(&event["action"].as_str().unwrap()));
        }
    }

    const ALL: &[Action] = &[
        Action::TrailBegun,
        Action::TrailRepaired,
        Action::TrailTrimmed,
        Action::EntriesLost,
        Action::TrailRead,
        Action::Started,
        Action::Stopped,
        Action::LoggedIn,
        Action::LoggedOut,
        Action::SessionExpired,
        Action::LoginRefused,
        Action::GlassBroken,
        Action::AccessRefused,
        Action::Viewed,
        Action::Exported,
        Action::AlarmAnswered,
        Action::SignalsHeld,
        Action::SignalsEnabled,
        Action::Charted,
        Action::PatientBound,
        Action::PatientReleased,
        Action::LimitsAdjusted,
        Action::MessageHandled,
        Action::Commissioned,
        Action::ConfigurationChanged,
        Action::UserChanged,
        Action::TokenChanged,
        Action::Acted,
        Action::BackedUp,
        Action::Restored,
    ];
}

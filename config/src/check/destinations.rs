//! The systems that are told: their own checks, and that they fit together.

use vigil_messages::Destination;
use vigil_model::{Code, Ward};

use super::names::Names;
use crate::document::{Place, Problems};

/// Checks the destinations.
pub(crate) fn destinations(
    sections: &[Option<Destination>],
    appliance_id: &str,
    beds: &Names,
    problems: &mut Problems<'_, '_>,
) {
    Names::collect("destination", "id", problems);
    let mut clients: Vec<(&str, String, Place)> = Vec::new();
    for (index, destination) in sections.iter().enumerate() {
        let Some(destination) = destination else { continue };
        let place = Place::element("destination", index);
        for problem in destination.problems() {
            if problem.key != "id" {
                let key = problem.key.split('.').fold(place.clone(), |place, key| place.key(key));
                problems.error(&key, problem.message, "");
            }
        }
        let told = match destination {
            Destination::Hl7(hl7) => &hl7.beds,
            Destination::Mqtt(mqtt) => &mqtt.beds,
        };
        for (index, bed) in told.iter().enumerate() {
            beds.refer(bed, &place.key("beds").index(index), problems);
        }
        match destination {
            Destination::Hl7(hl7) if !hl7.observations && !hl7.alarms => {
                problems.warning(&place, "gets neither observations nor alarms", "turn one of them on, or remove it");
            }
            Destination::Hl7(hl7) if !hl7.alarms && hl7.watchdog.is_some() => {
                problems.warning(
                    &place.key("watchdog"),
                    "proves the way of alarms, and it gets none",
                    "turn `alarms` on, or remove it",
                );
            }
            Destination::Hl7(_) => {}
            Destination::Mqtt(mqtt) => {
                let client = match &*mqtt.client_id {
                    "" => format!("vigil-{appliance_id}"),
                    own => own.to_owned(),
                };
                let same = clients.iter().find(|(address, id, _)| *address == &*mqtt.address && *id == client);
                if let Some((_, _, other)) = same {
                    let message = format!("has the same broker and client id as {}", problems.document.key_of(other));
                    problems.error(
                        &place.key("client_id"),
                        message,
                        "each would throw the other out: give one its own",
                    );
                }
                clients.push((&mqtt.address, client, place.clone()));
                if !mqtt.password_file.is_empty() && mqtt.username.is_empty() {
                    problems.error(
                        &place.key("username"),
                        "missing: there is a password file",
                        "name the user as well",
                    );
                }
            }
        }
    }
    if sections.is_empty() {
        problems.warning(&Place::top("destination"), "nobody is told anything", "add a [[destination]]");
    }
}

/// Says which alarms a destination is not told since it must not see their metrics: that must be meant.
pub(crate) fn hidden_alarms(sections: &[Option<Destination>], ward: &Ward, problems: &mut Problems<'_, '_>) {
    for (index, destination) in sections.iter().enumerate() {
        let Some(destination) = destination else { continue };
        if matches!(destination, Destination::Hl7(hl7) if !hl7.alarms) {
            continue;
        }
        let sees = destination.sees();
        let beds = ward.beds.iter().filter(|bed| sees.bed(&bed.id));
        let judged = beds.flat_map(|bed| bed.rules.iter().map(|rule| rule.metric));
        let mut hidden: Vec<Code> = judged.filter(|metric| !sees.metric(*metric)).collect();
        hidden.sort_unstable();
        hidden.dedup();
        if !hidden.is_empty() {
            let names: Vec<&str> = hidden.iter().map(|metric| metric.refid()).collect();
            problems.warning(
                &Place::element("destination", index).key("metrics"),
                format!("is not told of alarms about {}", names.join(", ")),
                "name these metrics too, or turn `alarms` off, if it is not meant so",
            );
        }
    }
}

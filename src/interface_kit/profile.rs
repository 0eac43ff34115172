//! The message profile of a destination, for people and for programs: how messages travel, what is in them, what the dialect
//! changes, and which samples there are. The field tables stand in `docs/interface.md`; here is what is particular.

use std::fmt::Write as _;

use serde_json::{Value, json};
use vigil_config::Plan;
use vigil_messages::{AcknowledgementMode, Destination, Hl7Destination, MqttDestination};

use super::samples::Sample;

/// A message that a receiver of HL7 can get: transaction, MSH-9, identifier of its profile, and when it is sent.
const MESSAGES: [(&str, &str, &str, &str); 3] = [
    ("PCD-01", "ORU^R01^ORU_R01", "1.3.6.1.4.1.19376.1.6.1.1.1", "once in each report interval of a bed and device"),
    (
        "PCD-04",
        "ORU^R40^ORU_R40",
        "1.3.6.1.4.1.19376.1.6.1.4.1",
        "at each transition of an alarm, before anything else",
    ),
    (
        "PCD-10",
        "ORU^R42^ORU_R01",
        "1.3.6.1.4.1.19376.1.6.4.10",
        "when a delivery of a pump begins, stops or is completed",
    ),
];

fn messages(
    to: &Hl7Destination,
) -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str, &'static str)> {
    let wanted = [to.observations, to.alarms, to.infusion_events];
    MESSAGES.iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(message, _)| message)
}

pub(super) fn markdown(plan: &Plan, destination: &Destination, samples: &[Sample]) -> String {
    let appliance = &plan.ward.appliance;
    let mut text = format!(
        "# Message profile: {} to {}\n\nMade by `vigil interface-kit` from {}. The general specification is `docs/interface.md`.\n",
        appliance.id,
        destination.id(),
        plan.source.name
    );
    match destination {
        Destination::Hl7(hl7) => hl7_markdown(&mut text, plan, hl7),
        Destination::Mqtt(mqtt) => mqtt_markdown(&mut text, mqtt),
    }
    seen(&mut text, plan, destination);
    let _ = write!(text, "\n## Samples\n\n| file | what it shows |\n|---|---|\n");
    for sample in samples {
        let _ = writeln!(text, "| `samples/{}` | {} |", sample.file, cell(&sample.about));
    }
    text
}

fn hl7_markdown(text: &mut String, plan: &Plan, to: &Hl7Destination) {
    let mode = match to.acknowledgement {
        AcknowledgementMode::Enhanced => {
            "enhanced: MSH-15 `AL`, MSH-16 `NE`; answer `CA` as soon as the message is safe"
        }
        AcknowledgementMode::Original => "original: MSH-15 and MSH-16 empty; answer `AA` after processing",
        AcknowledgementMode::None => {
            "none: MSH-15 and MSH-16 `NE`; the commit block of MLLP release 2 alone says that a message is safe"
        }
    };
    let appliance = &plan.ward.appliance;
    let or_empty = |part: &str| if part.is_empty() { "empty".to_owned() } else { format!("`{part}`") };
    let rows = [
        ("Address", format!("`{}`, MLLP; Vigil connects", to.address)),
        ("MSH-3", format!("`{}^{}^EUI-64`", appliance.id, appliance.eui64)),
        ("MSH-4", or_empty(&appliance.facility)),
        ("MSH-5", or_empty(&to.receiving_application)),
        ("MSH-6", or_empty(&to.receiving_facility)),
        (
            "MSH-11",
            if appliance.test {
                "`D`: all of it is a test".to_owned()
            } else {
                format!("`{}`", to.dialect.processing_id.as_str())
            },
        ),
        ("MSH-12", format!("`{}`", to.dialect.version.as_str())),
        ("MSH-18", format!("`{}`", to.dialect.character_set.name())),
        ("Times", times(to)),
        ("Acknowledgement", mode.to_owned()),
        (
            "Waits for it",
            format!(
                "{} for alarms, {} for the rest; then it connects again and sends the same bytes",
                to.ack_timeout_alarms, to.ack_timeout_observations
            ),
        ),
    ];
    let _ = write!(text, "\n## How messages travel\n\n| | |\n|---|---|\n");
    for (name, value) in rows {
        let _ = writeln!(text, "| {name} | {} |", cell(&value));
    }
    let _ = write!(text, "\n## Messages\n\n| transaction | MSH-9 | MSH-21.3 | when |\n|---|---|---|---|\n");
    for (transaction, kind, oid, when) in messages(to) {
        let _ = writeln!(text, "| {transaction} | `{kind}` | `{oid}` | {when} |");
    }
    let deviations = to.dialect.deviations();
    let _ = write!(text, "\n## Dialect\n\n");
    if deviations.is_empty() {
        let _ = writeln!(text, "As the IHE device profiles have it.");
    }
    for line in deviations {
        let _ = writeln!(text, "- {line}");
    }
}

fn times(to: &Hl7Destination) -> String {
    let offset = if to.dialect.time_offset { "with their offset" } else { "without their offset" };
    format!("zone {}, milliseconds, {offset}", to.dialect.time_zone)
}

fn mqtt_markdown(text: &mut String, to: &MqttDestination) {
    let patient = if to.include_patient { "named in alarms" } else { "never named" };
    let _ = write!(
        text,
        "\n## How messages travel\n\n| | |\n|---|---|\n| Broker | `{}` |\n| Prefix of all topics | `{}` |\n| Heartbeat | every {} |\n\
         | Patients | {patient} |\n",
        to.address, to.prefix, to.heartbeat_interval
    );
}

/// Which beds, metrics and items of identity it may see.
fn seen(text: &mut String, plan: &Plan, destination: &Destination) {
    let (metrics, items, include) = match destination {
        Destination::Hl7(hl7) => (&hl7.metrics, &hl7.identifiers, true),
        Destination::Mqtt(mqtt) => (&mqtt.metrics, &mqtt.identifiers, mqtt.include_patient),
    };
    let sees = destination.sees();
    let _ = write!(
        text,
        "\n## What it may see\n\nNothing leaves that is not named here.\n\n| bed | point of care ^ room ^ bed |\n|---|---|\n"
    );
    for bed in plan.ward.beds.iter().filter(|bed| sees.bed(&bed.id)) {
        let place = &bed.location;
        let _ = writeln!(text, "| {} | `{}^{}^{}` |", bed.id, cell(&place.unit), cell(&place.room), cell(&place.bed));
    }
    let names: Vec<&str> = metrics.iter().map(|metric| metric.refid()).collect();
    let metrics = if names.is_empty() {
        "all that the devices of these beds have; see codes.csv".to_owned()
    } else {
        names.join(", ")
    };
    let items: Vec<&str> = if include { items.iter().map(|item| item.as_str()).collect() } else { Vec::new() };
    let items = if items.is_empty() { "nothing".to_owned() } else { items.join(", ") };
    let _ = write!(text, "\nMetrics: {metrics}.\n\nOf patients: {items}.\n");
}

pub(super) fn json(plan: &Plan, destination: &Destination, samples: &[Sample]) -> String {
    let particular = match destination {
        Destination::Hl7(hl7) => json!({
            "messages": messages(hl7).map(|(transaction, kind, oid, when)| json!({
                "transaction": transaction, "msh_9": kind, "msh_21_3": oid, "when": when,
            })).collect::<Vec<_>>(),
            "dialect": hl7.dialect, "deviations": hl7.dialect.deviations(),
        }),
        Destination::Mqtt(_) => json!({}),
    };
    let document = json!({
        "schema": "vigil/interface-kit/1",
        "appliance": { "id": plan.ward.appliance.id, "eui64": plan.ward.appliance.eui64, "facility": plan.ward.appliance.facility },
        "destination": destination,
        "particular": particular,
        "samples": samples.iter().map(|sample| json!({ "file": format!("samples/{}", sample.file), "about": sample.about })).collect::<Vec<Value>>(),
    });
    format!("{document:#}\n")
}

/// A cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

//! What the engine says, as one line of JSON.

use serde_json::{Value, json};
use vigil_model::{Association, AssociationNews, EngineEvent, EventKind, Observation, OrderOutcome};

/// One line of JSON for an event, without the line feed. Patients are not named in it.
pub fn line(event: &EngineEvent) -> String {
    let mut line = match &event.kind {
        EventKind::Alarm { phase, occurrence, .. } => {
            json!({ "event": "alarm", "phase": phase.as_str(), "occurrence": &**occurrence })
        }
        EventKind::Answered { occurrence, answer, by, known } => {
            json!({ "event": "answered", "occurrence": occurrence, "answer": answer, "by": by, "known": known })
        }
        EventKind::Observations(report) => json!({
            "event": "observations", "bed": report.bed, "device": report.device,
            "start": report.start.to_string(), "end": report.end.to_string(), "mode": report.mode,
            "observations": report.observations.iter().map(observation).collect::<Vec<_>>(),
        }),
        EventKind::Infusion(event) => json!({
            "event": "infusion", "bed": event.bed, "device": event.device, "pump": event.pump,
            "determined": event.at.to_string(), "change": event.change, "status": event.status, "reason": event.reason,
            "source": event.source, "mode": event.mode, "flow": event.flow,
            "readings": event.readings.iter().map(observation).collect::<Vec<_>>(),
        }),
        EventKind::Bed(summary) => json!({ "event": "bed", "summary": summary }),
        EventKind::Device(status) => json!({ "event": "device", "status": status }),
        EventKind::Association(news) => association(news),
        EventKind::Adjusted { adjustment, outcome } => json!({
            "event": "adjusted", "bed": adjustment.bed, "rule": adjustment.rule, "by": adjustment.by, "why": adjustment.why,
            "limit": adjustment.limit.map(|limit| limit.to_string()), "outcome": outcome,
        }),
        EventKind::Charted { entry, taken } => json!({
            "event": "charted", "bed": entry.bed, "input": entry.input, "value": entry.value, "by": entry.by, "taken": taken,
        }),
    };
    line["seq"] = event.seq.into();
    line["at"] = event.at.to_string().into();
    line.to_string()
}

fn association(news: &AssociationNews) -> Value {
    let of = |what: &str, association: &Association| {
        json!({
            "event": "association", "news": what, "bed": association.bed, "number": association.number,
            "evidence": association.evidence, "opened": association.opened.at.to_string(),
            "closed": association.closed.as_ref().map(|mark| mark.at.to_string()),
        })
    };
    match news {
        AssociationNews::Opened { association } => of("opened", association),
        AssociationNews::Renewed { association } => of("renewed", association),
        AssociationNews::Closed { association } => of("closed", association),
        AssociationNews::Held { bed, holds } => json!({
            "event": "held", "bed": bed, "reasons": holds.iter().map(|hold| hold.reason.to_string()).collect::<Vec<_>>(),
        }),
        AssociationNews::Outcome { reference, outcome } => {
            json!({ "event": "order", "reference": reference, "taken": *outcome == OrderOutcome::Taken })
        }
    }
}

fn observation(observation: &Observation) -> Value {
    json!({
        "refid": observation.metric.refid(), "containment": observation.containment,
        "value": observation.reading.value().map(ToString::to_string), "validity": observation.reading.validity().as_str(),
        "unit": observation.unit.map(|unit| unit.ucum()),
        "determined": observation.determined_at.map(|at| at.to_string()),
    })
}

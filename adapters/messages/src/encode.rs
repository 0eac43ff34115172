//! From one engine event to the messages that one destination gets. Pure: the same event, plan and ids give the same bytes.
//!
//! | event | HL7 | MQTT |
//! |---|---|---|
//! | alarm | PCD-04, alarm lane | retained state, alarm lane; at the end the final state and then what clears it |
//! | observations | PCD-01, observation lane, if they may be charted | – |
//! | infusion | PCD-10, observation lane, if it may be charted and the destination asks for it | – |
//! | bed, device | – | retained state, observation lane, replaces an older one that still waits |
//! | charted | – (what it changes is told as an observation) | – |
//! | answered | – | – (what an answer changes is an alarm event of its own) |

use std::sync::Arc;

use vigil_model::{BedSummary, DeviceStatus, EngineEvent, EventKind, Lane, OccurrenceId, Outgoing, Ward};

use crate::hl7::oru_r01::Chart;
use crate::hl7::oru_r40::Alert;
use crate::hl7::oru_r42::Infusion;
use crate::mqtt::alarm::Alarm;
use crate::mqtt::state::{self, Stamp};
use crate::mqtt::{MqttPublish, Topics};
use crate::{ControlIds, Destination, Hl7Destination, MqttDestination};

/// Bytes of an alert, about; for the first allocation.
const ALERT_BYTES: usize = 2048;

/// Bytes of an infusion event, about.
const INFUSION_BYTES: usize = 3072;

/// The messages that `destination` gets about `event`, in the order in which they must arrive. Each takes a control id.
/// Those of an event that is held ([`EngineEvent::is_held`]) are for whoever calls to keep back.
pub fn encode(destination: &Destination, ward: &Ward, event: &EngineEvent, ids: &mut ControlIds) -> Vec<Outgoing> {
    let bed: &Arc<str> = match &event.kind {
        EventKind::Alarm { occurrence, .. } => &occurrence.bed,
        EventKind::Observations(report) => &report.bed,
        EventKind::Bed(summary) => &summary.bed,
        EventKind::Device(status) => &status.bed,
        EventKind::Infusion(event) => &event.bed,
        EventKind::Answered { .. }
        | EventKind::Charted { .. }
        | EventKind::Adjusted { .. }
        | EventKind::Association(_) => return Vec::new(),
    };
    let sees = destination.sees();
    let is_seen = match &event.kind {
        EventKind::Alarm { occurrence, .. } => sees.alarm(occurrence),
        _ => sees.bed(bed),
    };
    if !is_seen {
        return Vec::new();
    }
    let mut making = Making { destination: destination.id(), bed, event, ids, made: Vec::new() };
    match destination {
        Destination::Hl7(hl7) => encode_hl7(hl7, ward, &mut making),
        Destination::Mqtt(mqtt) => encode_mqtt(mqtt, ward, &mut making),
    }
    making.made
}

fn encode_hl7(to: &Hl7Destination, ward: &Ward, making: &mut Making) {
    let event = making.event;
    match &event.kind {
        EventKind::Alarm { phase, occurrence, patient } if to.alarms => {
            let alert = Alert { ward, phase: *phase, occurrence, patient: patient.as_deref(), seq: event.seq };
            let about = Some(occurrence.id.clone());
            making.add(Lane::Alarm, about, None, |id| {
                let mut body = Vec::with_capacity(ALERT_BYTES);
                alert.write(to, id, event.at, &mut body);
                body
            });
        }
        EventKind::Observations(report) if to.observations => {
            let Some(chart) = Chart::of(ward, report).filter(|chart| chart.is_for(to)) else { return };
            making.add(Lane::Observation, None, None, |id| {
                let mut body = Vec::with_capacity(chart.bytes_estimate());
                chart.write(to, id, event.at, &mut body);
                body
            });
        }
        EventKind::Infusion(infusion) if to.infusion_events => {
            let Some(infusion) = Infusion::of(ward, infusion).filter(|infusion| infusion.is_for(to)) else { return };
            making.add(Lane::Observation, None, None, |id| {
                let mut body = Vec::with_capacity(INFUSION_BYTES);
                infusion.write(to, id, event.at, &mut body);
                body
            });
        }
        EventKind::Alarm { .. }
        | EventKind::Observations(_)
        | EventKind::Infusion(_)
        | EventKind::Answered { .. }
        | EventKind::Charted { .. }
        | EventKind::Adjusted { .. }
        | EventKind::Bed(_)
        | EventKind::Device(_)
        | EventKind::Association(_) => {}
    }
}

fn encode_mqtt(to: &MqttDestination, ward: &Ward, making: &mut Making) {
    let event = making.event;
    let topics = Topics::new(to, &ward.appliance);
    match &event.kind {
        EventKind::Alarm { phase, occurrence, patient } => {
            let (patient, seq, at) = (patient.as_deref(), event.seq, event.at);
            let alarm = Alarm { ward, phase: *phase, occurrence, patient, seq, at };
            let about = Some(occurrence.id.clone());
            making.add(Lane::Alarm, about.clone(), None, |id| alarm.state(to, &topics, id).to_bytes());
            if alarm.is_final() {
                making.add(Lane::Alarm, about, None, |id| alarm.clear(&topics, id).to_bytes());
            }
        }
        EventKind::Bed(summary) => making.add_state(bed_state(ward, summary, &topics)),
        EventKind::Device(status) => making.add_state(device_state(ward, status, &topics)),
        EventKind::Observations(_)
        | EventKind::Infusion(_)
        | EventKind::Answered { .. }
        | EventKind::Charted { .. }
        | EventKind::Adjusted { .. }
        | EventKind::Association(_) => {}
    }
}

fn bed_state(ward: &Ward, summary: &BedSummary, topics: &Topics) -> Option<impl Fn(Stamp) -> MqttPublish> {
    let (_, bed) = ward.bed_named(&summary.bed)?;
    Some(move |stamp: Stamp| state::bed(topics, &ward.appliance, bed, summary, stamp))
}

fn device_state(ward: &Ward, status: &DeviceStatus, topics: &Topics) -> Option<impl Fn(Stamp) -> MqttPublish> {
    let ((_, bed), (_, device)) = (ward.bed_named(&status.bed)?, ward.device_named(&status.device)?);
    Some(move |stamp: Stamp| state::device(topics, &ward.appliance, bed, device, status, stamp))
}

/// The messages of one event for one destination while they are made.
struct Making<'a> {
    destination: &'a Arc<str>,
    bed: &'a Arc<str>,
    event: &'a EngineEvent,
    ids: &'a mut ControlIds,
    made: Vec<Outgoing>,
}

impl Making<'_> {
    fn add(
        &mut self,
        lane: Lane,
        occurrence: Option<OccurrenceId>,
        replaces: Option<Arc<str>>,
        body: impl FnOnce(&str) -> Vec<u8>,
    ) {
        let control_id = self.ids.take();
        self.made.push(Outgoing {
            destination: self.destination.clone(),
            lane,
            order: self.bed.clone(),
            replaces,
            occurrence,
            created: self.event.at,
            body: body(&control_id),
            control_id,
        });
    }

    /// A retained state: its topic is what an older one is replaced by.
    fn add_state(&mut self, state: Option<impl Fn(Stamp) -> MqttPublish>) {
        let Some(state) = state else { return };
        let id = self.ids.take();
        let publish = state(Stamp { seq: self.event.seq, at: self.event.at, id: &id });
        self.made.push(Outgoing {
            destination: self.destination.clone(),
            lane: Lane::Observation,
            order: self.bed.clone(),
            replaces: Some(publish.topic.as_str().into()),
            occurrence: None,
            created: self.event.at,
            body: publish.to_bytes(),
            control_id: id,
        });
    }
}

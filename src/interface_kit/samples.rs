//! A sample of every message that a destination can get, made by the encoder that makes the real ones from events that could
//! happen. The patient is invented, times are fixed, values lie within what each metric can show.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use vigil_config::Plan;
use vigil_messages::hl7::watchdog;
use vigil_messages::mqtt::MqttPublish;
use vigil_messages::{ControlIds, Destination, encode};
use vigil_model::{
    Absence, AlarmSource, AlarmState, Bed, BedSummary, ConditionKey, ConditionKind, Containment, DeliveryStatus,
    Device, DeviceStatus, EngineEvent, Enumeration, EventKind, Identity, Inactivation, InactivationKind,
    InfusionChange, InfusionEvent, InfusionSource, LimitRule, LinkState, MetricDescriptor, Observation,
    ObservationReport, Occurrence, OccurrenceId, OperatingMode, Patient, Phase, Priority, ProgramMode, Quality,
    Quantity, Reading, StopReason, Timestamp, Value, Ward, mdc,
};

/// Most samples of one destination.
const SAMPLES_MAX: usize = 2_000;

/// One sample.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// Name of its file.
    pub(super) file: String,
    /// What it shows, for people.
    pub(super) about: String,
    /// The bytes as they go out.
    pub(super) body: Vec<u8>,
    /// What is written into the file.
    pub(super) shown: Vec<u8>,
}

/// When the samples happen: 2026-03-01 09:15 UTC.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_772_356_500 + seconds)
}

/// Nobody.
fn patient() -> Arc<Patient> {
    Arc::new(Patient {
        id: "99999999".into(),
        authority: "SAMPLE".into(),
        id_type: "MR".into(),
        family: "Muster".into(),
        given: "Jördis".into(),
        birth_date: "19700101".into(),
        sex: "F".into(),
        visit: "V99999999".into(),
    })
}

pub(super) fn samples(plan: &Plan, destination: &Destination) -> Vec<Sample> {
    let mut ward = Ward::clone(&plan.ward);
    for bed in &mut ward.beds {
        bed.patient = Some(patient());
    }
    let mut making = Making {
        ward: &ward,
        destination,
        ids: ControlIds::new(&ward.appliance.id, 1),
        made: Vec::new(),
        names: BTreeSet::new(),
    };
    let sees = destination.sees();
    let mut profiles: BTreeSet<&str> = BTreeSet::new();
    for device in &ward.devices {
        let Some(bed) = ward.bed(device.bed).filter(|bed| sees.bed(&bed.id)) else { continue };
        // Devices of one kind send the same messages.
        if profiles.insert(&device.profile.name) {
            making.observations(bed, device);
            making.infusions(bed, device);
            making.device_alarms(bed, device);
            making.states(bed, device);
        }
    }
    making.watchdog();
    let mut rules: BTreeSet<String> = BTreeSet::new();
    for bed in ward.beds.iter().filter(|bed| sees.bed(&bed.id)) {
        for rule in &bed.rules {
            let device = ward.devices.iter().find(|device| {
                ward.bed(device.bed).is_some_and(|of| of.id == bed.id)
                    && device.profile.metrics.iter().any(|metric| metric.code == rule.metric)
            });
            let Some(device) = device.filter(|_| rules.insert(format!("{} {}", rule.id, rule.event.refid()))) else {
                continue;
            };
            making.limit(bed, device, rule, rules.len() == 1);
        }
    }
    making.made
}

struct Making<'a> {
    ward: &'a Ward,
    destination: &'a Destination,
    ids: ControlIds,
    made: Vec<Sample>,
    names: BTreeSet<String>,
}

impl Making<'_> {
    /// Whatever the encoder makes of an event.
    fn event(&mut self, name: &str, about: &str, happened: Timestamp, kind: EventKind) {
        let event = EngineEvent { seq: 1000 + self.made.len() as u64, at: happened, kind };
        for outgoing in encode(self.destination, self.ward, &event, &mut self.ids) {
            if self.made.len() == SAMPLES_MAX {
                return;
            }
            let (body, shown, ending) = match self.destination {
                Destination::Hl7(_) => {
                    let shown = outgoing.body.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect();
                    (outgoing.body, shown, "hl7")
                }
                Destination::Mqtt(_) => {
                    let shown =
                        MqttPublish::from_bytes(&outgoing.body).map(|publish| described(&publish)).unwrap_or_default();
                    (outgoing.body, shown, "txt")
                }
            };
            let plain: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
            let mut file = format!("{plain}.{ending}");
            let mut number = 2;
            while !self.names.insert(file.clone()) {
                file = format!("{plain}-{number}.{ending}");
                number += 1;
            }
            self.made.push(Sample { file, about: about.to_owned(), body, shown });
        }
    }

    fn observations(&mut self, bed: &Bed, device: &Device) {
        let metrics = &device.profile.metrics;
        if metrics.is_empty() {
            return;
        }
        let all: Vec<Observation> = metrics.iter().map(|metric| observed(metric, Quality::Valid)).collect();
        let absent = |metric: &MetricDescriptor, absence| Observation {
            reading: Reading::Absent(absence),
            ..observed(metric, Quality::Valid)
        };
        let reasons = [Absence::NotAvailable, Absence::Invalid, Absence::Overflow, Absence::Underflow];
        let none =
            metrics.iter().zip(reasons.into_iter().cycle()).map(|(metric, absence)| absent(metric, absence)).collect();
        let name = &device.profile.name;
        let kinds = [
            ("every-value", "every metric with a value", all),
            ("no-values", "metrics without a value, for each reason", none),
            (
                "doubtful",
                "values that the device doubts",
                metrics.iter().map(|m| observed(m, Quality::Questionable)).collect(),
            ),
        ];
        for (kind, about, observations) in kinds {
            let report = ObservationReport {
                bed: bed.id.clone(),
                device: device.id.clone(),
                patient: Some(patient()),
                held: false,
                start: at(0),
                end: at(0) + bed.report_interval,
                identity: identity(),
                mode: OperatingMode::Normal,
                observations,
            };
            let happened = report.end + Duration::from_secs(1);
            let about = format!("{}: {about}", device.profile.title);
            self.event(&format!("pcd01-{name}-{kind}"), &about, happened, EventKind::Observations(Arc::new(report)));
        }
    }

    fn infusions(&mut self, bed: &Bed, device: &Device) {
        let status = device.profile.metrics.iter().find(|metric| metric.code == mdc::PUMP_INFUSING_STATUS);
        let Some(status) = status else { return };
        let pump = status.containment.vmd_row();
        let of_pump = device.profile.metrics.iter().filter(|metric| metric.containment.vmd_row() == pump);
        let flow = |text: &str| text.parse::<Quantity>().ok();
        let start = InfusionEvent {
            bed: bed.id.clone(),
            device: device.id.clone(),
            patient: Some(patient()),
            pump,
            at: at(10),
            change: InfusionChange::Start,
            status: DeliveryStatus::Delivering,
            reason: None,
            source: InfusionSource::Primary,
            mode: ProgramMode::Continuous,
            flow: flow("5.0"),
            identity: identity(),
            readings: of_pump.map(|metric| observed(metric, Quality::Valid)).collect(),
        };
        let stop = |status, reason, flow: Option<Quantity>| InfusionEvent {
            change: InfusionChange::Stop,
            status,
            reason,
            flow,
            ..start.clone()
        };
        use DeliveryStatus::{Kvo, NotDelivering, Transitioning};
        let zero = flow("0");
        let kinds = [
            ("start", "a delivery begins", start.clone()),
            ("stop-by-person", "stopped by a person", stop(NotDelivering, Some(StopReason::ByClinician), zero)),
            ("stop-by-alarm", "stopped while the pump alarms", stop(NotDelivering, Some(StopReason::Alarming), zero)),
            ("stop-for-next", "another rate or a bolus follows", stop(Transitioning, None, flow("4.0"))),
            (
                "stop-for-piggyback",
                "a piggyback follows",
                stop(Transitioning, Some(StopReason::SwitchingSource), flow("4.0")),
            ),
            (
                "start-bolus",
                "a bolus begins",
                InfusionEvent { source: InfusionSource::Clinician, flow: None, ..start.clone() },
            ),
            (
                "complete",
                "the volume is given",
                InfusionEvent {
                    change: InfusionChange::Complete,
                    ..stop(NotDelivering, Some(StopReason::NotSpecified), zero)
                },
            ),
            (
                "complete-to-kvo",
                "the volume is given, the vein is kept open",
                InfusionEvent { change: InfusionChange::Complete, ..stop(Transitioning, None, flow("5.0")) },
            ),
            ("start-kvo", "the vein is kept open", InfusionEvent { status: Kvo, flow: flow("1.0"), ..start.clone() }),
        ];
        for (kind, about, event) in kinds {
            let about = format!("{}: {about}", device.profile.title);
            let name = format!("pcd10-{}-{kind}", device.profile.name);
            self.event(&name, &about, at(11), EventKind::Infusion(Arc::new(event)));
        }
    }

    /// What the device raises by itself, and what every device can have.
    fn device_alarms(&mut self, bed: &Bed, device: &Device) {
        let name = device.profile.name.clone();
        for alarm in &device.profile.alarms {
            let occurrence = Occurrence {
                kind: alarm.kind,
                priority: alarm.priority,
                event: alarm.event,
                text: alarm.text.clone(),
                ..occurrence(bed, device)
            };
            let about = format!("{}: {}", device.profile.title, alarm.text);
            self.alarm(&format!("pcd04-{name}-{}", alarm.text), &about, Phase::Start, occurrence, true);
        }
        let lost = Occurrence { event: mdc::X_EVT_LINK_LOST, text: "No contact".into(), ..occurrence(bed, device) };
        self.alarm(
            &format!("pcd04-{name}-no-contact"),
            "contact with the device is lost",
            Phase::Start,
            lost.clone(),
            true,
        );
        self.alarm(
            &format!("pcd04-{name}-unknown-patient"),
            "nobody knows who the patient is",
            Phase::Start,
            lost,
            false,
        );
    }

    /// A limit that is crossed; for one of them its whole life.
    fn limit(&mut self, bed: &Bed, device: &Device, rule: &LimitRule, whole_life: bool) {
        let row =
            device.profile.metrics.iter().find(|metric| metric.code == rule.metric).map(|metric| metric.containment);
        let start = Occurrence {
            kind: ConditionKind::Physiological,
            priority: rule.priority,
            event: rule.event,
            text: rule.text.clone(),
            latching: rule.latching,
            source: AlarmSource {
                containment: row.unwrap_or_default(),
                metric: Some(rule.metric),
                value: Some(Value::Numeric(rule.limit)),
                unit: Some(rule.unit),
                limit: Some((rule.side, rule.limit)),
                device_limits: None,
            },
            ..occurrence(bed, device)
        };
        let name = format!("pcd04-limit-{}", rule.id);
        self.alarm(&format!("{name}-start"), &format!("{} begins", rule.text), Phase::Start, start.clone(), true);
        if !whole_life {
            return;
        }
        let held = |kind, until| Inactivation { kind, by: "nurse".into(), at: at(60), until };
        let acknowledged = vec![held(InactivationKind::Acknowledged, None)];
        let paused = vec![held(InactivationKind::AudioPaused, Some(at(180)))];
        let inactive = Occurrence { state: AlarmState::Inactive, ..start.clone() };
        let latched = Occurrence { state: AlarmState::Latched, ..start.clone() };
        let life = [
            (Phase::Acknowledged, "a person takes note", Occurrence { inactivation: acknowledged, ..start.clone() }),
            (Phase::Inactivate, "its sound is paused", Occurrence { inactivation: paused, ..start.clone() }),
            (Phase::Continue, "a reminder: it goes on", start.clone()),
            (Phase::Escalate, "its priority rises", Occurrence { priority: Priority::High, ..start.clone() }),
            (Phase::Deescalate, "its priority falls", Occurrence { priority: Priority::Low, ..start.clone() }),
            (Phase::Update, "it is over, its signal latches", latched),
            (Phase::Reset, "its latched signal is reset", inactive.clone()),
            (Phase::End, "it is over", inactive),
            (Phase::Present, "it is told again after a restart or reconnection", start),
        ];
        for (phase, about, occurrence) in life {
            let occurrence = Occurrence { changed: at(60), ..occurrence };
            self.alarm(&format!("{name}-{}", phase.as_str()), about, phase, occurrence, true);
        }
    }

    fn watchdog(&mut self) {
        let Destination::Hl7(hl7) = self.destination else { return };
        let Some(every) = hl7.watchdog.filter(|_| hl7.alarms) else { return };
        for (name, about, is_last) in
            [("watchdog", "the way of alarms works", false), ("watchdog-last", "the appliance ends in order", true)]
        {
            let mut body = Vec::new();
            let id = format!("{}-watchdog-1", self.ward.appliance.id);
            watchdog::write(&self.ward.appliance, hl7, &id, at(0), every.into(), is_last, &mut body);
            let shown = body.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect();
            self.made.push(Sample { file: format!("pcd04-{name}.hl7"), about: about.to_owned(), body, shown });
        }
    }

    /// What a broker gets besides alarms.
    fn states(&mut self, bed: &Bed, device: &Device) {
        let summary =
            BedSummary { bed: bed.id.clone(), highest: Some(Priority::Medium), active: 1, latched: 0, acknowledged: 0 };
        let status = DeviceStatus {
            device: device.id.clone(),
            bed: bed.id.clone(),
            link: LinkState::Up,
            since: at(0),
            identity: identity(),
            mode: OperatingMode::Normal,
        };
        self.event("bed-summary", "the alarm picture of a bed", at(1), EventKind::Bed(summary));
        self.event(
            &format!("device-{}", device.profile.name),
            "the state of a device",
            at(1),
            EventKind::Device(status),
        );
    }

    fn alarm(&mut self, name: &str, about: &str, phase: Phase, occurrence: Occurrence, known: bool) {
        let happened = occurrence.changed + Duration::from_secs(1);
        let patient = known.then(patient);
        self.event(name, about, happened, EventKind::Alarm { phase, occurrence: Arc::new(occurrence), patient });
    }
}

fn identity() -> Identity {
    Identity { manufacturer: "Maker".into(), model: "Model".into(), serial: "SN-0001".into(), software: "1.0".into() }
}

/// A technical condition of the device, begun.
fn occurrence(bed: &Bed, device: &Device) -> Occurrence {
    Occurrence {
        id: OccurrenceId { appliance: "sample".into(), number: 1 },
        key: ConditionKey("sample".into()),
        bed: bed.id.clone(),
        device: device.id.clone(),
        kind: ConditionKind::Technical,
        priority: Priority::Medium,
        event: mdc::EVT_ALARM,
        text: "".into(),
        source: AlarmSource {
            containment: Containment::new(1, 0, 0, 0),
            metric: None,
            value: None,
            unit: None,
            limit: None,
            device_limits: None,
        },
        latching: false,
        state: AlarmState::Active,
        inactivation: Vec::new(),
        count: 1,
        restarts: 0,
        escalation: None,
        onset: at(0),
        changed: at(0),
    }
}

/// A metric with a value that it could have.
fn observed(metric: &MetricDescriptor, quality: Quality) -> Observation {
    let value = match metric.unit {
        Some(_) => Value::Numeric(middle(metric.plausible)),
        None if metric.code == mdc::PUMP_INFUSING_STATUS => {
            Value::Enumeration(Enumeration::text("pump-status-infusing"))
        }
        None => Value::Text(if metric.code == mdc::DRUG_NAME_LABEL { "DRUG" } else { "text" }.into()),
    };
    let determined = if metric.episodic { at(-300) } else { at(30) };
    Observation {
        determined_at: Some(determined),
        ..Observation::new(metric.code, metric.containment, metric.unit, Reading::Value(value, quality))
    }
}

/// Half of what is plausible at most, or 10.
fn middle(plausible: Option<(Quantity, Quantity)>) -> Quantity {
    let ten = Quantity::new(10, 0);
    let Some((low, high)) = plausible else { return ten };
    let half = low.checked_add(high).and_then(|sum| sum.checked_mul(Quantity::new(5, -1)));
    half.and_then(|half| half.rounded(0)).filter(|half| half.cmp_value(low).is_ge()).unwrap_or(high)
}

/// A publication as people read it.
fn described(publish: &MqttPublish) -> Vec<u8> {
    let mut text = format!("topic {}\nqos {:?}, retain {}\n", publish.topic, publish.qos, publish.retain);
    if let Some(topic) = &publish.response_topic {
        text.push_str(&format!("response topic {topic}\n"));
    }
    for (name, value) in &publish.user_properties {
        text.push_str(&format!("property {name} = {value}\n"));
    }
    text.push_str(&String::from_utf8_lossy(&publish.payload));
    text.push('\n');
    text.into_bytes()
}

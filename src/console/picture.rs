//! The engine's picture of the ward in the words of the console. What is not current loses its value here.

use vigil_console::view::{
    Alarm, Bed, Binding, Clock, Destination, Device, DeviceLink, DeviceLinkState, Hold, Identity, Limit, Metric,
    Number, Part, Picture, Reach, Reading, Score, Text,
};
use vigil_engine::{BedSnapshot, DeviceSnapshot, MetricSnapshot, ScoreSnapshot, Snapshot};
use vigil_model::{
    Absence, Category, Device as Configured, FaultKind, Freshness, LimitSide, LinkState, Occurrence, Quality, Quantity,
    Timestamp, Validity, Ward,
};

use super::Facts;
use super::status::millis;

/// The picture that the engine gave at `at`.
pub(super) fn of(
    snapshot: Snapshot,
    at: Timestamp,
    ward: &Ward,
    facts: &Facts,
    destinations: &[Destination],
) -> Picture {
    let alarms = snapshot.occurrences.iter().map(|occurrence| alarm(occurrence, destinations)).collect();
    let beds = snapshot.beds.into_iter().map(|bed| self::bed(bed, ward, facts, destinations));
    Picture { at: at.into(), beds: beds.collect(), alarms }
}

fn bed(bed: BedSnapshot, ward: &Ward, facts: &Facts, destinations: &[Destination]) -> Bed {
    let location = ward.bed_named(&bed.id).map(|(_, bed)| bed.location.clone()).unwrap_or_default();
    let devices: Vec<Device> = bed.devices.into_iter().map(|device| self::device(device, ward, facts)).collect();
    let answers = devices.iter().any(|device| !device.calculated && device.link.state == DeviceLinkState::Up);
    let told = |to: &Destination| to.takes_alarms_of(&bed.id) && to.connection.is_open();
    Bed {
        unit: location.unit.into(),
        room: location.room.into(),
        bed: location.bed.into(),
        test: ward.is_test(&bed.id),
        patient: bed
            .patient
            .then(|| Binding { by: bed.bound_by.map_or_else(Text::default, |by| by.as_str().into()), since: None }),
        holds: bed
            .holds
            .iter()
            .map(|hold| Hold { reason: hold.reason.to_string().into(), since: hold.since.into() })
            .collect(),
        reach: match (answers, destinations.iter().any(told)) {
            (false, _) => Reach::None,
            (true, false) => Reach::DeviceOnly,
            (true, true) => Reach::EndToEnd,
        },
        highest: bed.summary.highest,
        active: bed.summary.active,
        latched: bed.summary.latched,
        acknowledged: bed.summary.acknowledged,
        scores: bed.scores.into_iter().map(score).collect(),
        alarms: bed.occurrences.iter().map(|occurrence| alarm(occurrence, destinations)).collect(),
        devices,
        id: bed.id.into(),
    }
}

fn alarm(occurrence: &Occurrence, destinations: &[Destination]) -> Alarm {
    let mut alarm = Alarm::of(occurrence);
    if !destinations.iter().any(|to| to.takes_alarms_of(&occurrence.bed)) {
        alarm.nobody_to_tell();
    }
    alarm
}

fn score(score: ScoreSnapshot) -> Score {
    let part = |part: vigil_engine::PartSnapshot| Part {
        input: part.input.into(),
        label: part.label.into(),
        points: part.points.ok(),
        missing: part.points.err().map(|missing| missing.to_string().into()),
    };
    Score {
        chart: score.chart.into(),
        title: score.title.into(),
        total: score.total,
        at_least: score.at_least,
        highest: score.highest,
        parts: score.parts.into_iter().map(part).collect(),
    }
}

fn device(device: DeviceSnapshot, ward: &Ward, facts: &Facts) -> Device {
    let configured = ward.device_named(&device.id);
    let calculated =
        configured.is_some_and(|(index, _)| ward.calculators.iter().any(|calculator| calculator.device == index));
    let configured = configured.map(|(_, configured)| configured);
    let (state, reason) = match device.link {
        LinkState::Connecting => (DeviceLinkState::Connecting, None),
        LinkState::Associating => (DeviceLinkState::Associating, None),
        LinkState::Up => (DeviceLinkState::Up, None),
        LinkState::Lost { reason } => (DeviceLinkState::Lost, Some(reason.into())),
    };
    let line = facts.links.iter().find(|link| link.view.devices.iter().any(|id| **id == *device.id));
    let faults = FaultKind::ALL.iter().zip(device.faults).filter(|(_, count)| *count > 0);
    Device {
        profile: configured.map(|configured| (&configured.profile.name).into()).unwrap_or_default(),
        title: configured.map(|configured| (&configured.profile.title).into()).unwrap_or_default(),
        calculated,
        line: line.map(|link| link.view.id.clone()).unwrap_or_default(),
        link: DeviceLink { state, reason, since: device.since.into() },
        identity: Identity {
            manufacturer: device.identity.manufacturer.into(),
            model: device.identity.model.into(),
            serial: device.identity.serial.into(),
            software: device.identity.software.into(),
        },
        mode: device.mode.as_str().into(),
        faults: faults.map(|(kind, count)| (kind.as_str().into(), count)).collect(),
        clock: device.clock.map(|clock| Clock {
            offset_ms: clock.offset_ms,
            drift_ppm: clock.drift_ppm,
            jumps: clock.jumps,
        }),
        metrics: device.metrics.into_iter().map(|metric| self::metric(metric, configured)).collect(),
        id: device.id.into(),
    }
}

fn metric(metric: MetricSnapshot, device: Option<&Configured>) -> Metric {
    let descriptor = device.and_then(|device| device.profile.metric(metric.code, metric.containment));
    let category = match descriptor.map(|descriptor| descriptor.category).unwrap_or_default() {
        Category::Measurement => "measurement",
        Category::Calculation => "calculation",
        Category::Setting => "setting",
    };
    let reading = match metric.freshness {
        Freshness::Fresh((value, quality)) => Reading::Current {
            number: value.quantity().map(|quantity| Number(quantity.to_f64())),
            value: value.to_string().into(),
            quality: match quality {
                Quality::Valid => Validity::Valid,
                Quality::Questionable => Validity::Questionable,
                Quality::Calibrating => Validity::Calibrating,
            }
            .as_str()
            .into(),
        },
        Freshness::Stale { .. } => Reading::Stale,
        Freshness::Invalid(absence) => Reading::Invalid {
            reason: match absence {
                Absence::Invalid => Validity::Invalid,
                Absence::Overflow => Validity::Overflow,
                Absence::Underflow => Validity::Underflow,
                Absence::NotAvailable => Validity::NotAvailable,
            }
            .as_str()
            .into(),
        },
        Freshness::Never => Reading::Never,
    };
    let limit = |(rule, side, limit): (std::sync::Arc<str>, LimitSide, Quantity)| Limit {
        rule: rule.into(),
        side: match side {
            LimitSide::Low => "low".into(),
            LimitSide::High => "high".into(),
        },
        limit: limit.to_string().into(),
    };
    let text = |quantity: Quantity| Text::from(quantity.to_string());
    Metric {
        refid: metric.code.refid().into(),
        row: metric.containment.to_string().into(),
        label: metric.label.into(),
        unit: metric.unit.map(|unit| unit.ucum().into()),
        category: category.into(),
        reading,
        age_ms: metric.age.map(millis),
        limits: metric.limits.into_iter().map(limit).collect(),
        device_low: metric.device_limits.and_then(|limits| limits.low).map(text),
        device_high: metric.device_limits.and_then(|limits| limits.high).map(text),
    }
}

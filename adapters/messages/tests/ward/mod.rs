//! A small ward for tests and benches: a monitor and a pump at one bed, a second bed without a patient. All people are
//! invented.
#![allow(clippy::unwrap_used, reason = "a fixture is known to be good")]
#![allow(dead_code, reason = "each user needs another part")]

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    AlarmSource, AlarmState, Appliance, Bed, BedIndex, BedRules, Category, Code, ConditionKey, ConditionKind,
    Containment, DeliveryStatus, Device, DeviceLimits, EngineEvent, Enumeration, Eui64, EventKind, Identity,
    InfusionChange, InfusionEvent, InfusionSource, LimitSide, Location, MetricDescriptor, Node, Observation,
    ObservationReport, Occurrence, OccurrenceId, OperatingMode, Patient, Phase, Priority, Profile, ProgramMode,
    Quality, Quantity, Reading, TechnicalRules, Timestamp, Unit, Value, Ward, dim, mdc,
};

/// `seconds` after 2026-03-01T09:15:00Z.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((1_772_356_500 + seconds) * 1_000_000 + 250_000)
}

pub(crate) fn number(text: &str) -> Quantity {
    text.parse().unwrap()
}

pub(crate) fn ward() -> Ward {
    let bed = |id: &str, room: &str, bed: &str, patient| Bed {
        id: id.into(),
        location: Location { unit: "4B".into(), room: room.into(), bed: bed.into() },
        patient,
        report_interval: Duration::from_secs(60),
        rules: Vec::new(),
        technical: TechnicalRules::default(),
        further: BedRules::default(),
    };
    let device = |id: &str, bed, profile, eui64| Device {
        id: id.into(),
        bed: BedIndex(bed),
        profile,
        eui64,
        quiet_time: Duration::from_secs(3),
        fresh_for: None,
    };
    Ward {
        appliance: Appliance {
            id: "ward-4b".into(),
            eui64: Eui64(0x0011_2233_4455_6677),
            site: "north".into(),
            facility: "HOSP".into(),
            test: false,
        },
        beds: vec![bed("bed-1", "401", "1", Some(patient())), bed("bed-2", "", "2", None)],
        calculators: Vec::new(),
        devices: vec![
            device("mon-1", 0, monitor(), Some(Eui64(0x8899_AABB_CCDD_EEFF))),
            device("pump-1", 0, pump(), None),
            device("mon-2", 1, monitor(), None),
            device("pump-2", 0, syringe_pump(), Some(Eui64(0x1020_3040_5060_7080))),
        ],
    }
}

pub(crate) fn patient() -> Arc<Patient> {
    Arc::new(Patient {
        id: "12345".into(),
        authority: "HOSP".into(),
        id_type: "MR".into(),
        family: "Doe & Söhne".into(),
        given: "Jane".into(),
        birth_date: "19700101".into(),
        sex: "F".into(),
        visit: "V778".into(),
    })
}

fn profile(name: &str, mds: Code, nodes: &[(&str, Code)], metrics: Vec<MetricDescriptor>) -> Arc<Profile> {
    Arc::new(Profile {
        name: name.into(),
        title: name.into(),
        mds,
        nodes: nodes.iter().map(|(row, code)| Node { containment: row.parse().unwrap(), code: *code }).collect(),
        metrics,
        alarms: Vec::new(),
        fresh_for: Duration::from_secs(10),
    })
}

fn metric(code: Code, row: &str, unit: Option<Unit>, category: Category, episodic: bool) -> MetricDescriptor {
    MetricDescriptor {
        code,
        containment: row.parse().unwrap(),
        unit,
        category,
        fresh_for: None,
        episodic,
        plausible: None,
        label: code.refid().into(),
    }
}

fn monitor() -> Arc<Profile> {
    let measured = |code, row, unit| metric(code, row, Some(unit), Category::Measurement, false);
    profile(
        "monitor",
        mdc::DEV_MON_PHYSIO_MULTI_PARAM_MDS,
        &[
            ("1.1.0.0", mdc::DEV_ECG_VMD),
            ("1.1.1.0", mdc::DEV_ECG_CHAN),
            ("1.2.0.0", mdc::DEV_ANALY_SAT_O2_VMD),
            ("1.2.1.0", mdc::DEV_ANALY_SAT_O2_CHAN),
            ("1.3.0.0", mdc::DEV_PRESS_BLD_NONINV_VMD),
            ("1.3.1.0", mdc::DEV_PRESS_BLD_NONINV_CHAN),
            ("1.4.0.0", mdc::DEV_METER_TEMP_VMD),
            ("1.4.1.0", mdc::DEV_METER_TEMP_CHAN),
        ],
        vec![
            measured(mdc::ECG_HEART_RATE, "1.1.1.1", dim::BEAT_PER_MIN),
            measured(mdc::PULS_OXIM_SAT_O2, "1.2.1.1", dim::PERCENT),
            measured(mdc::PULS_OXIM_PULS_RATE, "1.2.1.2", dim::BEAT_PER_MIN),
            metric(mdc::PRESS_BLD_NONINV_SYS, "1.3.1.1", Some(dim::MMHG), Category::Measurement, true),
            metric(mdc::PRESS_BLD_NONINV_MEAN, "1.3.1.3", Some(dim::MMHG), Category::Calculation, true),
            measured(mdc::TEMP, "1.4.1.1", dim::DEGC),
        ],
    )
}

fn pump() -> Arc<Profile> {
    profile(
        "pump",
        mdc::DEV_PUMP_INFUS_MDS,
        &[("1.1.0.0", mdc::DEV_PUMP_INFUS_VMD), ("1.1.1.0", mdc::X_DEV_PUMP_INFUS_SYRINGE_CHAN)],
        vec![
            metric(mdc::FLOW_FLUID_PUMP, "1.1.1.1", Some(dim::MILLI_L_PER_HR), Category::Setting, false),
            metric(mdc::PUMP_INFUSING_STATUS, "1.1.1.2", None, Category::Measurement, false),
            metric(mdc::X_ATTR_OPERATING_MODE, "1.1.1.3", None, Category::Measurement, false),
        ],
    )
}

/// A pump with a delivery channel and a source, as the drivers of pumps have them.
fn syringe_pump() -> Arc<Profile> {
    let measured = |code, row, unit| metric(code, row, unit, Category::Measurement, false);
    let set = |code, row, unit| metric(code, row, unit, Category::Setting, false);
    profile(
        "syringe-pump",
        mdc::DEV_PUMP_INFUS_SYRINGE_MDS,
        &[
            ("1.1.0.0", mdc::DEV_PUMP_INFUS_SYRINGE_VMD),
            ("1.1.1.0", mdc::DEV_PUMP_DELIVERY_INFO),
            ("1.1.2.0", mdc::DEV_PUMP_INFUSATE_SOURCE_PRIMARY),
        ],
        vec![
            measured(mdc::PUMP_INFUSING_STATUS, "1.1.1.1", None),
            measured(mdc::X_ATTR_OPERATING_MODE, "1.1.1.2", None),
            measured(mdc::FLOW_FLUID_PUMP_CURRENT, "1.1.1.3", Some(dim::MILLI_L_PER_HR)),
            set(mdc::FLOW_FLUID_PUMP, "1.1.2.1", Some(dim::MILLI_L_PER_HR)),
            set(mdc::DRUG_NAME_LABEL, "1.1.2.2", None),
            measured(mdc::VOL_FLUID_DELIV, "1.1.2.3", Some(dim::MILLI_L)),
            measured(mdc::TIME_PD_REMAIN, "1.1.2.4", Some(dim::MIN)),
            set(mdc::VOL_FLUID_TBI, "1.1.2.5", Some(dim::MILLI_L)),
        ],
    )
}

/// A delivery of the syringe pump begins.
pub(crate) fn infusion_start() -> InfusionEvent {
    let text = |text: &str| Reading::Value(Value::Text(text.into()), Quality::Valid);
    let (per_hour, volume) = (Some(dim::MILLI_L_PER_HR), Some(dim::MILLI_L));
    InfusionEvent {
        bed: "bed-1".into(),
        device: "pump-2".into(),
        patient: Some(patient()),
        pump: "1.1.0.0".parse().unwrap(),
        at: at(10),
        change: InfusionChange::Start,
        status: DeliveryStatus::Delivering,
        reason: None,
        source: InfusionSource::Primary,
        mode: ProgramMode::Continuous,
        flow: Some(number("5.0")),
        identity: Identity::default(),
        readings: vec![
            observation(mdc::X_ATTR_OPERATING_MODE, "1.1.1.2", None, text("SET")),
            observation(mdc::FLOW_FLUID_PUMP, "1.1.2.1", per_hour, numeric("5.0")),
            observation(mdc::DRUG_NAME_LABEL, "1.1.2.2", None, text("NORADRENALINE")),
            observation(mdc::VOL_FLUID_DELIV, "1.1.2.3", volume, numeric("12.3")),
            observation(mdc::TIME_PD_REMAIN, "1.1.2.4", Some(dim::MIN), numeric("451")),
            observation(mdc::VOL_FLUID_TBI, "1.1.2.5", volume, numeric("50.0")),
        ],
    }
}

pub(crate) fn observation(code: Code, row: &str, unit: Option<Unit>, reading: Reading) -> Observation {
    Observation::new(code, row.parse().unwrap(), unit, reading)
}

pub(crate) fn numeric(text: &str) -> Reading {
    Reading::Value(Value::Numeric(number(text)), Quality::Valid)
}

pub(crate) fn monitor_report(observations: Vec<Observation>) -> ObservationReport {
    ObservationReport {
        bed: "bed-1".into(),
        device: "mon-1".into(),
        patient: Some(patient()),
        held: false,
        start: at(0),
        end: at(60),
        identity: Identity {
            manufacturer: "Example Medical".into(),
            model: "M1|2".into(),
            serial: "S-77".into(),
            software: "1.0".into(),
        },
        mode: OperatingMode::Normal,
        observations,
    }
}

/// A report with every kind of reading.
pub(crate) fn every_reading() -> ObservationReport {
    use vigil_model::Absence::{Invalid, NotAvailable, Overflow, Underflow};
    let limits =
        |low: &str, high: &str| Some(Box::new(DeviceLimits { low: low.parse().ok(), high: high.parse().ok() }));
    let beats = Some(dim::BEAT_PER_MIN);
    let (mmhg, percent) = (Some(dim::MMHG), Some(dim::PERCENT));
    monitor_report(vec![
        Observation {
            limits: limits("50", "120"),
            determined_at: Some(at(59)),
            ..observation(mdc::ECG_HEART_RATE, "1.1.1.1", beats, numeric("88"))
        },
        Observation {
            limits: limits("90", ""),
            ..observation(
                mdc::PULS_OXIM_SAT_O2,
                "1.2.1.1",
                percent,
                Reading::Value(Value::Numeric(number("97.0")), Quality::Questionable),
            )
        },
        observation(mdc::PULS_OXIM_PULS_RATE, "1.2.1.2", beats, Reading::Absent(Invalid)),
        observation(mdc::PULS_OXIM_PERF_REL, "1.2.1.3", percent, Reading::Absent(Underflow)),
        Observation {
            limits: limits("", "160"),
            determined_at: Some(at(-290)),
            ..observation(mdc::PRESS_BLD_NONINV_SYS, "1.3.1.1", mmhg, numeric("118"))
        },
        observation(mdc::PRESS_BLD_NONINV_DIA, "1.3.1.2", mmhg, Reading::Absent(Overflow)),
        Observation {
            determined_at: Some(at(-290)),
            ..observation(mdc::PRESS_BLD_NONINV_MEAN, "1.3.1.3", mmhg, numeric("-5"))
        },
        observation(
            mdc::TEMP,
            "1.4.1.1",
            Some(dim::DEGC),
            Reading::Value(Value::Numeric(number("37.00")), Quality::Calibrating),
        ),
        observation(mdc::TEMP_SKIN, "1.4.1.2", Some(dim::DEGC), Reading::Absent(NotAvailable)),
    ])
}

/// A report of the pump: settings, states with and without a code, text, provisional codes.
pub(crate) fn pump_report() -> ObservationReport {
    let state = |enumeration| Reading::Value(Value::Enumeration(enumeration), Quality::Valid);
    ObservationReport {
        device: "pump-1".into(),
        ..monitor_report(vec![
            observation(mdc::FLOW_FLUID_PUMP, "1.1.1.1", Some(dim::MILLI_L_PER_HR), numeric("85.0")),
            observation(mdc::PUMP_INFUSING_STATUS, "1.1.1.2", None, state(Enumeration::text("pump-status-infusing"))),
            observation(
                mdc::X_ATTR_OPERATING_MODE,
                "1.1.1.3",
                None,
                Reading::Value(Value::Text("SYSTEM & CHECK | 1^2~3\\".into()), Quality::Valid),
            ),
            observation(
                mdc::PUMP_STAT,
                "1.1.1.4",
                None,
                state(Enumeration { text: "occluded".into(), code: Some(mdc::EVT_FLUID_LINE_OCCL) }),
            ),
        ])
    }
}

/// A report of the monitor with `count` numbers in two channels.
pub(crate) fn report(count: u16) -> ObservationReport {
    let codes = [
        (mdc::ECG_HEART_RATE, dim::BEAT_PER_MIN),
        (mdc::PULS_OXIM_SAT_O2, dim::PERCENT),
        (mdc::PRESS_BLD_ART_ABP_SYS, dim::MMHG),
        (mdc::TEMP, dim::DEGC),
    ];
    let row = |index: u16| Containment::new(1, 1 + index * 4 / count, 1, 1 + index);
    monitor_report(
        (0..count)
            .map(|index| {
                let (code, unit) = codes[usize::from(index) % codes.len()];
                let value = Quantity::new(400 + i64::from(index) * 131 % 1000, -1);
                Observation {
                    determined_at: Some(at(-1)),
                    ..Observation::new(
                        code,
                        row(index),
                        Some(unit),
                        Reading::Value(Value::Numeric(value), Quality::Valid),
                    )
                }
            })
            .collect(),
    )
}

/// A limit alarm of the monitor's SpO2.
pub(crate) fn low_spo2() -> Occurrence {
    Occurrence {
        id: OccurrenceId { appliance: "ward-4b".into(), number: 123 },
        key: ConditionKey("mon-1/limit/MDC_PULS_OXIM_SAT_O2/1.2.1.1/low".into()),
        bed: "bed-1".into(),
        device: "mon-1".into(),
        kind: ConditionKind::Physiological,
        priority: Priority::High,
        event: mdc::EVT_LO,
        text: "Low SpO2".into(),
        source: AlarmSource {
            containment: "1.2.1.1".parse().unwrap(),
            metric: Some(mdc::PULS_OXIM_SAT_O2),
            value: Some(Value::Numeric(number("84"))),
            unit: Some(dim::PERCENT),
            limit: Some((LimitSide::Low, number("90"))),
            device_limits: None,
        },
        latching: true,
        state: AlarmState::Active,
        inactivation: Vec::new(),
        count: 1,
        restarts: 0,
        escalation: None,
        onset: at(0),
        changed: at(0),
    }
}

/// A technical alarm of the pump.
pub(crate) fn occlusion() -> Occurrence {
    Occurrence {
        id: OccurrenceId { appliance: "ward-4b".into(), number: 77 },
        key: ConditionKey("pump-1/device/MDC_EVT_FLUID_LINE_OCCL".into()),
        device: "pump-1".into(),
        kind: ConditionKind::Technical,
        event: mdc::EVT_FLUID_LINE_OCCL,
        text: "Downstream occlusion".into(),
        source: AlarmSource {
            containment: "1.1.1.0".parse().unwrap(),
            metric: None,
            value: None,
            unit: None,
            limit: None,
            device_limits: None,
        },
        ..low_spo2()
    }
}

/// The link to the monitor of the bed without a patient is lost.
pub(crate) fn link_lost() -> Occurrence {
    Occurrence {
        id: OccurrenceId { appliance: "ward-4b".into(), number: 5 },
        bed: "bed-2".into(),
        device: "mon-2".into(),
        priority: Priority::Medium,
        event: mdc::X_EVT_LINK_LOST,
        text: "No contact".into(),
        source: AlarmSource { containment: Containment::default(), ..occlusion().source },
        ..occlusion()
    }
}

/// An event about an occurrence.
pub(crate) fn alarm(seq: u64, phase: Phase, occurrence: Occurrence, patient: Option<Arc<Patient>>) -> EngineEvent {
    let told = occurrence.changed + Duration::from_secs(1); // after what it tells
    let kind = EventKind::Alarm { phase, occurrence: Arc::new(occurrence), patient };
    EngineEvent { seq, at: told, kind }
}

//! The pumps of a device, and what they show. A device that says of some part whether it infuses has a pump there; a rack has
//! several. What they did is decided by [`crate::machine::infusion`].

use std::sync::Arc;

use bevy_ecs::component::Component;
use vigil_model::{
    Code, Containment, DeviceAlarm, InfusionEvent, InfusionSource, Instant, Observation, Priority, ProgramMode,
    Quality, Quantity, Reading, Timestamp, Value, mdc,
};

use crate::device::{Latest, Metrics, Standing};
use crate::layout::Layout;
use crate::machine::infusion::{Happened, Pump, Showing};

/// Most alarms of one device that are remembered as present.
const ALARMS_MAX: usize = 64;

/// The pumps of a device.
#[derive(Component, Debug)]
pub(crate) struct Pumps {
    pumps: Vec<PumpPart>,
    /// What stops pumps: alarms that the device says are present.
    alarms: Vec<PresentAlarm>,
    /// Time of the readings that have not been looked at yet.
    pub(crate) unseen: Option<Instant>,
}

/// One pump: where its values stand in the layout.
#[derive(Debug)]
struct PumpPart {
    row: Containment,
    machine: Pump,
    infusing: u32,
    mode: Option<u32>,
    sources: Option<u32>,
    status: Option<u32>,
    /// What flows, or what is set where the pump says nothing else.
    rate: Option<u32>,
    /// Numbers that are zero at the end.
    remaining: Vec<u32>,
}

#[derive(Debug)]
struct PresentAlarm {
    event: Code,
    source: Containment,
    text: Arc<str>,
    /// High, so that it stops the pump.
    stops: bool,
    listed: bool,
}

impl Pumps {
    /// The pumps of a kind of device, if it has any.
    pub(crate) fn of(layout: &Layout) -> Option<Self> {
        let positions = || (0u32..).zip(&layout.metrics);
        let parts =
            positions().filter(|(_, metric)| metric.code == mdc::PUMP_INFUSING_STATUS).map(|(infusing, status)| {
                let row = status.containment.vmd_row();
                let find = |code: Code| {
                    let mut found = positions().filter(|(_, m)| m.code == code && m.containment.vmd_row() == row);
                    found.next().map(|(position, _)| position)
                };
                let remaining = [mdc::VOL_FLUID_TBI_REMAIN, mdc::TIME_PD_REMAIN];
                PumpPart {
                    row,
                    machine: Pump::default(),
                    infusing,
                    mode: find(mdc::X_ATTR_OPERATING_MODE),
                    sources: find(mdc::DEV_PUMP_ACTIVE_SOURCES),
                    status: find(mdc::DEV_PUMP_CURRENT_DELIVERY_STATUS),
                    rate: find(mdc::FLOW_FLUID_PUMP_CURRENT).or_else(|| find(mdc::FLOW_FLUID_PUMP)),
                    remaining: remaining.into_iter().filter_map(find).collect(),
                }
            });
        let pumps: Vec<PumpPart> = parts.collect();
        (!pumps.is_empty()).then_some(Self { pumps, alarms: Vec::new(), unseen: None })
    }

    /// An alarm of the device is present or over.
    pub(crate) fn alarm(&mut self, alarm: &DeviceAlarm) {
        let same =
            |known: &PresentAlarm| (known.event, known.source, &known.text) == (alarm.event, alarm.source, &alarm.text);
        self.alarms.retain(|known| !same(known));
        if alarm.present && self.alarms.len() < ALARMS_MAX {
            self.alarms.push(PresentAlarm {
                event: alarm.event,
                source: alarm.source,
                text: Arc::clone(&alarm.text),
                stops: alarm.priority == Priority::High,
                listed: true,
            });
        }
    }

    /// The device's list of alarms is complete.
    pub(crate) fn listed(&mut self) {
        self.alarms.retain(|alarm| alarm.listed);
        self.alarms.iter_mut().for_each(|alarm| alarm.listed = false);
    }

    /// What the pumps did, now that everything said at `at` is known.
    pub(crate) fn look(&mut self, metrics: &Metrics, at: Instant) -> Vec<(Containment, Happened)> {
        let alarms = &self.alarms;
        let mut happened = Vec::new();
        for pump in &mut self.pumps {
            let Some(showing) = pump.showing(metrics, alarms, at) else { continue };
            happened.extend(pump.machine.take(showing).into_iter().flatten().map(|what| (pump.row, what)));
        }
        happened
    }
}

impl PumpPart {
    /// What it shows; `None` if it does not validly say whether it infuses.
    fn showing(&self, metrics: &Metrics, alarms: &[PresentAlarm], at: Instant) -> Option<Showing> {
        let latest = |position: u32| metrics.latest.get(position as usize).and_then(|latest| valid(latest, at));
        let word = |position: Option<u32>| position.and_then(latest).map(word_of).unwrap_or_default();
        let infusing = match &*word(Some(self.infusing)) {
            "pump-status-infusing" => true,
            "pump-status-not-infusing" => false,
            _ => return None,
        };
        let (mode, sources, status) = (word(self.mode), word(self.sources), word(self.status));
        let number = |position: u32| latest(position).and_then(Value::quantity);
        let is_zero = |position: &u32| number(*position).is_some_and(|left| left.mantissa() == 0);
        let of_pump = |alarm: &&PresentAlarm| alarm.source.vmd == 0 || alarm.source.vmd_row() == self.row;
        let is_end = |event: Code| event == mdc::EVT_PUMP_VOL_TBI_COMP || event == mdc::EVT_TIME_PD_DELIV_COMP;
        let kvo = is_word(&mode, "kvo") || status == "pump-delivery-status-kvo";
        let source = source_of(&sources).unwrap_or_else(|| source_of_mode(&mode));
        Some(Showing {
            infusing,
            kvo,
            source,
            mode: program_of(&mode),
            rate: self.rate.and_then(number).filter(|rate| infusing && rate.cmp_value(Quantity::ZERO).is_gt()),
            done: self.remaining.iter().any(is_zero) || alarms.iter().filter(of_pump).any(|alarm| is_end(alarm.event)),
            alarming: alarms.iter().filter(of_pump).any(|alarm| alarm.stops && !is_end(alarm.event)),
        })
    }
}

/// A current valid value.
fn valid(latest: &Latest, at: Instant) -> Option<&Value> {
    match &latest.reading {
        Reading::Value(value, Quality::Valid) if latest.standing == Standing::Current && latest.due > at => Some(value),
        Reading::Value(..) | Reading::Absent(_) => None,
    }
}

fn word_of(value: &Value) -> String {
    match value {
        Value::Enumeration(state) => state.text.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Numeric(number) => number.to_string(),
    }
}

/// Whether a mode, in the device's own words, has this one.
fn is_word(mode: &str, word: &str) -> bool {
    mode.split(|c: char| !c.is_alphanumeric()).any(|part| part.eq_ignore_ascii_case(word))
}

/// The active source in the words of the profile.
fn source_of(word: &str) -> Option<InfusionSource> {
    const ALL: [InfusionSource; 6] = [
        InfusionSource::Primary,
        InfusionSource::Secondary,
        InfusionSource::Pca,
        InfusionSource::Loading,
        InfusionSource::Clinician,
        InfusionSource::Intermittent,
    ];
    ALL.into_iter().find(|source| source.as_str() == word)
}

/// The source that a mode means.
fn source_of_mode(mode: &str) -> InfusionSource {
    match () {
        () if is_word(mode, "bolus") && is_word(mode, "interval") => InfusionSource::Intermittent,
        () if is_word(mode, "bolus") => InfusionSource::Clinician,
        () if is_word(mode, "piggyback") || is_word(mode, "secondary") => InfusionSource::Secondary,
        () if is_word(mode, "pca") => InfusionSource::Pca,
        () if is_word(mode, "loading") => InfusionSource::Loading,
        () => InfusionSource::Primary,
    }
}

fn program_of(mode: &str) -> ProgramMode {
    match () {
        () if is_word(mode, "ramp") || is_word(mode, "tci") => ProgramMode::RampTaper,
        () if is_word(mode, "program") => ProgramMode::MultiStep,
        () if is_word(mode, "interval") => ProgramMode::MultiDosing,
        () => ProgramMode::Continuous,
    }
}

/// What happened to one pump, still without bed, patient and identity.
pub(crate) fn event_of(
    row: Containment,
    what: Happened,
    at: Instant,
    utc: Timestamp,
    layout: &Layout,
    metrics: &Metrics,
) -> InfusionEvent {
    let rows = layout.metrics.iter().zip(&metrics.latest);
    let current = rows.filter(|(metric, latest)| metric.containment.vmd_row() == row && valid(latest, at).is_some());
    let readings = current.map(|(metric, latest)| Observation {
        determined_at: Some(latest.determined_at),
        ..Observation::new(metric.code, metric.containment, metric.unit, latest.reading.clone())
    });
    InfusionEvent {
        bed: "".into(),
        device: "".into(),
        patient: None,
        pump: row,
        at: utc,
        change: what.change,
        status: what.status,
        reason: what.reason,
        source: what.source,
        mode: what.mode,
        flow: what.flow,
        identity: vigil_model::Identity::default(),
        readings: readings.collect(),
    }
}

//! Reports as JSON lines, the form of `vigil decode` and of case files.
//!
//! Numbers are texts, so that the precision of the device survives. The fields and their order are an interface that
//! others script against.

use serde::Serialize;
use vigil_model::{Containment, LinkState, Report};

/// One line of JSON for a report, without the line feed.
pub fn line(report: &Report) -> String {
    serde_json::to_string(&Line::of(report)).expect("a report has no map with keys that are not text")
}

#[derive(Serialize)]
#[serde(tag = "report", rename_all = "kebab-case")]
enum Line<'a> {
    Link {
        state: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'a str>,
    },
    Identity {
        manufacturer: &'a str,
        model: &'a str,
        serial: &'a str,
        software: &'a str,
    },
    Mode {
        mode: &'static str,
    },
    Observation {
        refid: &'static str,
        code: u32,
        value: Option<String>,
        mdc_unit: Option<&'static str>,
        unit: Option<&'static str>,
        validity: &'static str,
        containment: Containment,
        device_time: Option<String>,
    },
    Alarm {
        refid: &'static str,
        code: u32,
        present: bool,
        priority: &'static str,
        text: &'a str,
    },
    AlarmsListed,
    Waveform {
        label: &'a str,
        mdc_unit: Option<&'static str>,
        unit: Option<&'static str>,
        validity: &'static str,
        rate: String,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        after_gap: bool,
        samples: Vec<Option<String>>,
    },
    Fault {
        fault: &'static str,
        bytes: u32,
        detail: &'a str,
    },
}

impl<'a> Line<'a> {
    fn of(report: &'a Report) -> Self {
        match report {
            Report::Link(state) => match state {
                LinkState::Connecting => Line::Link { state: "connecting", reason: None },
                LinkState::Associating => Line::Link { state: "associating", reason: None },
                LinkState::Up => Line::Link { state: "up", reason: None },
                LinkState::Lost { reason } => Line::Link { state: "lost", reason: Some(reason) },
            },
            Report::Identity(identity) => Line::Identity {
                manufacturer: &identity.manufacturer,
                model: &identity.model,
                serial: &identity.serial,
                software: &identity.software,
            },
            Report::Mode(mode) => Line::Mode { mode: mode.as_str() },
            Report::Observation(observation) => Line::Observation {
                refid: observation.metric.refid(),
                code: observation.metric.value(),
                value: observation.reading.value().map(ToString::to_string),
                mdc_unit: observation.unit.map(|unit| unit.refid()),
                unit: observation.unit.map(|unit| unit.ucum()),
                validity: observation.reading.validity().as_str(),
                containment: observation.containment,
                device_time: observation.device_time.map(|time| time.to_string()),
            },
            Report::Alarm(alarm) => Line::Alarm {
                refid: alarm.event.refid(),
                code: alarm.event.value(),
                present: alarm.present,
                priority: alarm.priority.as_str(),
                text: &alarm.text,
            },
            Report::AlarmsListed => Line::AlarmsListed,
            Report::Waveform(waveform) => Line::Waveform {
                label: waveform.label(),
                mdc_unit: waveform.unit().map(|unit| unit.refid()),
                unit: waveform.unit().map(|unit| unit.ucum()),
                validity: waveform.validity().as_str(),
                rate: waveform.rate().to_string(),
                after_gap: waveform.is_after_gap(),
                samples: waveform.values().map(|value| value.map(|value| value.to_string())).collect(),
            },
            Report::Fault(fault) => {
                Line::Fault { fault: fault.kind.as_str(), bytes: fault.bytes, detail: &fault.detail }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_model::{
        ConditionKind, DeviceAlarm, Fault, FaultKind, Identity, Observation, OperatingMode, Priority, Quality,
        Quantity, Reading, SampleRate, Scale, Value, Waveform, dim, mdc,
    };

    /// The examples of the interface page.
    #[test]
    fn lines_have_the_published_form() {
        let row = Containment::new(1, 1, 1, 1);
        let reading = Reading::Value(Value::Numeric(Quantity::new(97, 0)), Quality::Valid);
        let alarm = DeviceAlarm {
            event: mdc::EVT_FLUID_LINE_OCCL,
            source: row,
            present: true,
            priority: Priority::High,
            kind: ConditionKind::Technical,
            text: "Downstream occlusion".into(),
        };
        let cases = [
            (
                Report::Observation(Observation::new(mdc::PULS_OXIM_SAT_O2, row, Some(dim::PERCENT), reading)),
                r#"{"report":"observation","refid":"MDC_PULS_OXIM_SAT_O2","code":150456,"value":"97","mdc_unit":"MDC_DIM_PERCENT","unit":"%","validity":"valid","containment":"1.1.1.1","device_time":null}"#,
            ),
            (
                Report::Alarm(alarm),
                r#"{"report":"alarm","refid":"MDC_EVT_FLUID_LINE_OCCL","code":196940,"present":true,"priority":"high","text":"Downstream occlusion"}"#,
            ),
            (
                Report::Identity(Identity { model: "8000".into(), ..Identity::default() }),
                r#"{"report":"identity","manufacturer":"","model":"8000","serial":"","software":""}"#,
            ),
            (Report::Mode(OperatingMode::Standby), r#"{"report":"mode","mode":"standby"}"#),
            (
                Report::Fault(Fault::new(FaultKind::Checksum, 9, "expected 3F, got 1A")),
                r#"{"report":"fault","fault":"checksum","bytes":9,"detail":"expected 3F, got 1A"}"#,
            ),
            (Report::AlarmsListed, r#"{"report":"alarms-listed"}"#),
            (
                Report::Waveform(Waveform::new(
                    "ECG1",
                    Some(dim::MILLI_VOLT),
                    SampleRate::millihertz(62_500),
                    Scale::step(Quantity::new(1, -3)),
                    &[-120, Waveform::ABSENT],
                )),
                r#"{"report":"waveform","label":"ECG1","mdc_unit":"MDC_DIM_MILLI_VOLT","unit":"mV","validity":"valid","rate":"62.5","samples":["-0.120",null]}"#,
            ),
            (Report::Link(LinkState::Up), r#"{"report":"link","state":"up"}"#),
            (
                Report::Link(LinkState::Lost { reason: "gone".into() }),
                r#"{"report":"link","state":"lost","reason":"gone"}"#,
            ),
        ];
        for (report, want) in cases {
            assert_eq!(line(&report), want);
        }
    }
}

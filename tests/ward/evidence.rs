//! What ends a condition of a patient: a fresh valid value that does not violate, or the device's own word. Never silence.

use vigil_model::{DeviceReport, LimitSide, Occurrence, Quality, Quantity, Reading, Report, Value, Ward};

/// Whether the reports of a step hold evidence that a physiological condition is over.
pub(crate) fn that_it_is_over(ward: &Ward, occurrence: &Occurrence, reports: &[DeviceReport]) -> bool {
    let Some((device, _)) = ward.device_named(&occurrence.device) else { return false };
    let mut reports = reports.iter().filter(|report| report.device == device).map(|report| &report.report);
    let source = &occurrence.source;
    let Some((side, limit)) = source.limit else {
        return reports.any(|report| match report {
            Report::AlarmsListed => true,
            Report::Alarm(alarm) => {
                !alarm.present && alarm.text == occurrence.text && alarm.source == source.containment
            }
            Report::Link(_)
            | Report::Identity(_)
            | Report::Mode(_)
            | Report::Observation(_)
            | Report::Waveform(_)
            | Report::Fault(_) => false,
        });
    };
    reports.any(|report| match report {
        Report::Observation(observation) => {
            Some(observation.metric) == source.metric
                && observation.containment == source.containment
                && observation.unit == source.unit
                && number(&observation.reading).is_some_and(|number| !violates(number, side, limit))
        }
        Report::Link(_)
        | Report::Identity(_)
        | Report::Mode(_)
        | Report::Alarm(_)
        | Report::AlarmsListed
        | Report::Waveform(_)
        | Report::Fault(_) => false,
    })
}

fn violates(number: Quantity, side: LimitSide, limit: Quantity) -> bool {
    match side {
        LimitSide::Low => number.cmp_value(limit).is_lt(),
        LimitSide::High => number.cmp_value(limit).is_gt(),
    }
}

/// A number that the device vouches for.
fn number(reading: &Reading) -> Option<Quantity> {
    match reading {
        Reading::Value(Value::Numeric(number), Quality::Valid) => Some(*number),
        Reading::Value(..) | Reading::Absent(_) => None,
    }
}

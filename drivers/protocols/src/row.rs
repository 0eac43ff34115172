//! One metric or alarm of a driver's table, for drivers whose rows need no more than this, and the reports about it.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    Absence, Category, Code, ConditionKind, Containment, DeviceAlarm, DeviceAlarmDescriptor, Enumeration,
    MetricDescriptor, Now, Observation, Priority, Profile, Quality, Quantity, Reading, Report, Unit, Value,
};

/// Longest text taken over from a device, in characters.
pub(crate) const TEXT_MAX_CHARS: usize = 100;

/// One metric of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which metric.
    pub code: Code,
    /// Its row in the device's tree.
    pub containment: Containment,
    /// Its unit; `None` for texts and states.
    pub unit: Option<Unit>,
    /// Measured, calculated or set.
    pub category: Category,
    /// Physical plausibility, inclusive.
    pub plausible: Option<(i64, i64)>,
    /// Label for people.
    pub label: &'static str,
}

impl Row {
    /// A text or a state.
    pub(crate) const fn new(
        channel: Containment,
        metric: u16,
        code: Code,
        category: Category,
        label: &'static str,
    ) -> Self {
        Self { code, containment: Containment { metric, ..channel }, unit: None, category, plausible: None, label }
    }

    /// A number with its unit and what is physically possible.
    pub(crate) const fn number(self, unit: Unit, min: i64, max: i64) -> Self {
        Self { unit: Some(unit), plausible: Some((min, max)), ..self }
    }

    /// The same metric of another subsystem of the device.
    pub(crate) const fn of_vmd(self, vmd: u16) -> Self {
        Self { containment: Containment { vmd, ..self.containment }, ..self }
    }

    /// What a profile says about it.
    pub(crate) fn descriptor(&self) -> MetricDescriptor {
        MetricDescriptor {
            code: self.code,
            containment: self.containment,
            unit: self.unit,
            category: self.category,
            fresh_for: None,
            episodic: false,
            plausible: self.plausible.map(|(min, max)| (Quantity::from(min), Quantity::from(max))),
            label: self.label.into(),
        }
    }

    /// The same, for a value that comes now and then and counts for a time of its own.
    pub(crate) fn episodic(&self, fresh_for: Duration) -> MetricDescriptor {
        MetricDescriptor { fresh_for: Some(fresh_for), episodic: true, ..self.descriptor() }
    }

    /// A report of a reading.
    pub(crate) fn says(&self, reading: Reading) -> Report {
        Report::Observation(Observation::new(self.code, self.containment, self.unit, reading))
    }

    /// A report of a number; invalid if it is not physically possible.
    pub(crate) fn is(&self, quantity: Quantity, quality: Quality) -> Report {
        let inside = self.plausible.is_none_or(|(min, max)| {
            quantity.cmp_value(Quantity::from(min)).is_ge() && quantity.cmp_value(Quantity::from(max)).is_le()
        });
        self.says(match inside {
            true => Reading::Value(Value::Numeric(quantity), quality),
            false => Reading::Absent(Absence::Invalid),
        })
    }

    /// A report of a text; not available if there is none.
    pub(crate) fn reads(&self, text: &str) -> Report {
        self.says(match clipped(text) {
            text if text.is_empty() => Reading::Absent(Absence::NotAvailable),
            text => Reading::Value(Value::Text(text), Quality::Valid),
        })
    }

    /// A report of a state.
    pub(crate) fn state(&self, state: &'static str, quality: Quality) -> Report {
        self.says(Reading::Value(Value::Enumeration(Enumeration::text(state)), quality))
    }

    /// The device has no value.
    pub(crate) fn is_absent(&self) -> Report {
        self.says(Reading::Absent(Absence::NotAvailable))
    }

    /// What the device says makes no sense.
    pub(crate) fn is_invalid(&self) -> Report {
        self.says(Reading::Absent(Absence::Invalid))
    }
}

/// Gives an episodic value that carries no time of its own the time at which it arrived.
pub(crate) fn determined(profile: &Profile, now: Now, report: Report) -> Report {
    match report {
        Report::Observation(mut observation) => {
            let metric = profile.metric(observation.metric, observation.containment);
            if observation.determined_at.is_none() && metric.is_some_and(|metric| metric.episodic) {
                observation.determined_at = Some(now.utc);
            }
            Report::Observation(observation)
        }
        Report::Link(_)
        | Report::Identity(_)
        | Report::Mode(_)
        | Report::Alarm(_)
        | Report::AlarmsListed
        | Report::Waveform(_)
        | Report::Fault(_) => report,
    }
}

/// A text without surrounding blanks, [`TEXT_MAX_CHARS`] at most.
pub(crate) fn clipped(text: &str) -> Arc<str> {
    text.trim().chars().filter(|c| !c.is_control()).take(TEXT_MAX_CHARS).collect::<String>().into()
}

/// A plain decimal number: digits, and digits behind a point. Nothing else that looks like a number is one.
pub(crate) fn plain_number(text: &str) -> Option<Quantity> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.len() <= 12 && part.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) && digits(decimals)).then(|| text.parse().ok())?
}

/// Seconds as minutes with two decimals, rounded half up: each second keeps a number of its own.
pub(crate) fn minutes(seconds: i64) -> Quantity {
    Quantity::new((seconds.saturating_mul(100) + 30) / 60, -2)
}

/// One alarm of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlarmRow {
    /// Nomenclature event.
    pub event: Code,
    /// About the patient, about equipment, or a hint.
    pub kind: ConditionKind,
    /// Priority, where the device gives none.
    pub priority: Priority,
    /// Text for people.
    pub text: &'static str,
}

impl AlarmRow {
    /// An alarm about equipment.
    pub(crate) const fn technical(event: Code, priority: Priority, text: &'static str) -> Self {
        Self { event, kind: ConditionKind::Technical, priority, text }
    }

    /// A hint.
    pub(crate) const fn advisory(event: Code, text: &'static str) -> Self {
        Self { event, kind: ConditionKind::Advisory, priority: Priority::Low, text }
    }

    /// What a profile says about it.
    pub(crate) fn descriptor(&self) -> DeviceAlarmDescriptor {
        DeviceAlarmDescriptor { event: self.event, kind: self.kind, priority: self.priority, text: self.text.into() }
    }

    /// A report that it is present or over.
    pub(crate) fn report(&self, source: Containment, present: bool, text: impl Into<Arc<str>>) -> Report {
        let Self { event, kind, priority, .. } = *self;
        Report::Alarm(DeviceAlarm { event, source, present, priority, kind, text: text.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_numbers_are_numbers() {
        assert_eq!(plain_number("0.30").map(|q| q.to_string()).as_deref(), Some("0.30"));
        assert_eq!(plain_number("65535").map(|q| q.to_string()).as_deref(), Some("65535"));
        for refused in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "0x10", " 1", "1.2.3", "1234567890123"] {
            assert_eq!(plain_number(refused), None, "{refused}");
        }
    }

    #[test]
    fn seconds_become_minutes() {
        let written = |seconds| minutes(seconds).to_string();
        assert_eq!([written(5400), written(1), written(20), written(0)], ["90.00", "0.02", "0.33", "0.00"]);
    }
}

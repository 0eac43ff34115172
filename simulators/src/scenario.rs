//! What simulated patients and devices do, as a file: curves of vitals and events, addressed by the number of the bed.
//!
//! A scenario is checked as a whole and then asked bed by bed ([`Scenario::course`]). The embedded ones stand in
//! `simulators/scenarios/`; any other file of the same form can be loaded.

mod check;
mod event;
mod file;

use std::time::Duration;

use crate::course::{Course, Curve, Keyframe};

pub use event::EventKind;
pub use file::{
    BedContact, Event, EventName, Point, PumpAlarm, Ramp, Scenario, SimulatedDevice, TextColour, VitalCurve,
};

/// Longest scenario, in seconds: a week.
pub const LENGTH_S_MAX: f64 = 604_800.0;
/// Highest bed number a scenario can name.
pub const BED_NUMBER_MAX: u32 = 1_000;
/// Most curves and most events of one scenario.
pub const ENTRIES_MAX: usize = 10_000;
/// Most characters of a monitor's alarm text (80 bytes with its end, GE DRI record specification, alarm subrecord).
pub const ALARM_TEXT_CHARACTERS_MAX: usize = 79;

/// Why a scenario cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ScenarioError {
    /// Not TOML, or not of the form of a scenario.
    #[error("{origin} is not a scenario: {problem}")]
    Form {
        /// The file.
        origin: String,
        /// What the reader says, with line and column.
        problem: String,
    },
    /// Of the right form and without sense.
    #[error("{origin}: {}", problems.join("; "))]
    Content {
        /// The file.
        origin: String,
        /// Every problem, with its place and what to do.
        problems: Vec<String>,
    },
    /// No embedded scenario has this name.
    #[error("there is no scenario {name:?}; there are {known}, or give the path of a file")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
}

/// Name and text of the scenarios in this program.
pub const EMBEDDED: &[(&str, &str)] = &[
    ("stable", include_str!("../scenarios/stable.toml")),
    ("desaturation", include_str!("../scenarios/desaturation.toml")),
    ("occlusion", include_str!("../scenarios/occlusion.toml")),
    ("bed-exit", include_str!("../scenarios/bed-exit.toml")),
    ("probe-off", include_str!("../scenarios/probe-off.toml")),
    ("link-loss", include_str!("../scenarios/link-loss.toml")),
    ("demo", include_str!("../scenarios/demo.toml")),
];

impl Scenario {
    /// Reads a scenario and checks it; `origin` is the file name for error messages.
    ///
    /// # Errors
    /// If the text is not of the form of a scenario, or with every problem of its content at once.
    pub fn parse(text: &str, origin: &str) -> Result<Self, ScenarioError> {
        let scenario: Scenario = toml::from_str(text)
            .map_err(|error| ScenarioError::Form { origin: origin.to_owned(), problem: error.to_string() })?;
        let problems = check::problems(&scenario);
        if problems.is_empty() {
            Ok(scenario)
        } else {
            Err(ScenarioError::Content { origin: origin.to_owned(), problems })
        }
    }

    /// An embedded scenario.
    ///
    /// # Errors
    /// If no scenario has this name.
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        let Some((name, text)) = EMBEDDED.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = EMBEDDED.iter().map(|(known, _)| *known).collect();
            return Err(ScenarioError::Unknown { name: name.to_owned(), known: known.join(", ") });
        };
        Self::parse(text, name)
    }

    /// JSON Schema of a scenario file.
    pub fn schema() -> schemars::Schema {
        schemars::schema_for!(Scenario)
    }

    /// What happens at one bed, counted from 1. A curve or event that names the bed comes before one for every bed.
    pub fn course(&self, bed: u32) -> Course {
        let mut course = Course {
            repeat: self.repeat_s.map(Duration::from_secs_f64),
            cuff_interval: Duration::from_secs_f64(self.cuff_interval_s),
            ..Course::default()
        };
        for named in [false, true] {
            for curve in self.vitals.iter().filter(|curve| curve.bed.is_some() == named) {
                if curve.bed.is_none_or(|number| number == bed) {
                    course.curves.insert(curve.vital, curve.read());
                }
            }
        }
        for event in self.events.iter().filter(|event| event.bed.is_none_or(|number| number == bed)) {
            if let Ok(kind) = event.kind() {
                course.events.push((Duration::from_secs_f64(event.at_s), event.device, kind));
            }
        }
        course.events.sort_by_key(|(at, ..)| *at);
        course
    }
}

impl VitalCurve {
    fn read(&self) -> Curve {
        let keyframe =
            |point: &Point| Keyframe { at: Duration::from_secs_f64(point.at_s), value: point.value, ramp: point.ramp };
        Curve(self.keyframes.iter().map(keyframe).collect())
    }
}

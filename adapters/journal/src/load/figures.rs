//! The figures of alarm load, as they are told.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

/// The alarm load of a window.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Load {
    /// Beginning of the window.
    pub from: String,
    /// End of the window, exclusive.
    pub until: String,
    /// All beds together.
    pub ward: Figures,
    /// Each bed that had an alarm, by its id.
    pub beds: BTreeMap<Arc<str>, Figures>,
}

/// The figures of one bed, or of all.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Alarms.
    pub alarms: u32,
    /// Alarms about the patient.
    pub physiological: u32,
    /// Alarms about equipment.
    pub technical: u32,
    /// Hints.
    pub advisory: u32,
    /// Alarms of high priority.
    pub high: u32,
    /// Alarms of medium priority.
    pub medium: u32,
    /// Alarms of low priority.
    pub low: u32,
    /// Alarms per hour.
    pub per_hour: f64,
    /// Alarms in each hour of the window; empty for a window of more than 400 days.
    pub by_hour: Vec<u32>,
    /// Floods.
    pub floods: u32,
    /// Share of the window in flood, 0 to 1.
    pub flood_share: f64,
    /// Most alarms in an interval of ten minutes.
    pub busiest_interval: u32,
    /// Conditions that chattered.
    pub chattering: Vec<Contributor>,
    /// Alarms that stood.
    pub standing: u32,
    /// Share of ended alarms that were fleeting, 0 to 1; `null` if none ended.
    pub fleeting_share: Option<f64>,
    /// Share of ended alarms that ended by themselves, 0 to 1; `null` if none ended.
    pub ended_by_itself_share: Option<f64>,
    /// Half of the acknowledged alarms were acknowledged within this time, in seconds.
    pub acknowledge_median_s: Option<f64>,
    /// Nine of ten acknowledged alarms were acknowledged within this time, in seconds.
    pub acknowledge_p90_s: Option<f64>,
    /// Half of the ended alarms ended within this time, in seconds.
    pub end_median_s: Option<f64>,
    /// Nine of ten ended alarms ended within this time, in seconds.
    pub end_p90_s: Option<f64>,
    /// The conditions with most alarms.
    pub top: Vec<Contributor>,
}

/// A condition and how much of the load it makes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contributor {
    /// Identity of the condition.
    pub key: Arc<str>,
    /// Bed.
    pub bed: Arc<str>,
    /// Text for people.
    pub text: Arc<str>,
    /// How often.
    pub count: u32,
    /// Share of all alarms counted with it, 0 to 1.
    pub share: f64,
}

//! What `vigil check` tells about a plan, as data and as text.

use serde::Serialize;
use vigil_messages::DurationText;
use vigil_model::{Code, Direction, LimitSide, Priority, Quantity, WhenMissing};

use crate::problem::Problem;

mod build;
mod text;

/// What a plan comes to.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Id of the appliance.
    pub appliance: String,
    /// Whether everything it says is marked as test.
    pub test: bool,
    /// Beds with the limits that are judged.
    pub beds: Vec<BedReport>,
    /// Devices with their metrics.
    pub devices: Vec<DeviceReport>,
    /// Links, and the schedules of buses.
    pub links: Vec<LinkReport>,
    /// Who is told.
    pub destinations: Vec<DestinationReport>,
    /// Every code that can be sent, ascending.
    pub codes: Vec<CodeReport>,
    /// What somebody should look at.
    pub warnings: Vec<Problem>,
}

/// A bed and what is judged for it.
#[derive(Clone, Debug, Serialize)]
pub struct BedReport {
    /// Configured id.
    pub id: String,
    /// Unit, room and bed.
    pub location: String,
    /// Whether a patient is fixed to it. Never who.
    pub patient: bool,
    /// How often observations are reported.
    pub report_interval: DurationText,
    /// Name of its preset.
    pub preset: Option<String>,
    /// Limits that are judged.
    pub limits: Vec<LimitReport>,
    /// Scores that are calculated.
    pub scores: Vec<ScoreReport>,
    /// Rates that are judged.
    pub rates: Vec<RateReport>,
    /// Combined conditions that are judged.
    pub combined: Vec<CombinedReport>,
    /// The longest pause of signals.
    pub pause_max: DurationText,
    /// How often people are reminded of signals that are off; `None` for never.
    pub remind_every: Option<DurationText>,
    /// Within which time repeated starts are joined.
    pub join_within: DurationText,
    /// Limits of the preset that are not judged, since no device provides the metric.
    pub unused_limits: Vec<String>,
}

/// A score of a bed and who answers its inputs.
#[derive(Clone, Debug, Serialize)]
pub struct ScoreReport {
    /// Name of the chart.
    pub chart: String,
    /// Its inputs.
    pub inputs: Vec<InputReport>,
}

/// An input of a score.
#[derive(Clone, Debug, Serialize)]
pub struct InputReport {
    /// Name of the input.
    pub input: String,
    /// How long an answer counts; `null` until another patient is bound to the bed.
    pub max_age: Option<DurationText>,
    /// Device, metric and row of each source, the preferred one first.
    pub sources: Vec<String>,
    /// Whether a person may chart it.
    pub charted: bool,
}

/// A limit that is judged.
#[derive(Clone, Debug, Serialize)]
pub struct LimitReport {
    /// The metric.
    pub metric: Code,
    /// Which side is dangerous.
    pub side: LimitSide,
    /// The limit.
    pub limit: Quantity,
    /// Its unit, UCUM.
    pub unit: String,
    /// How urgent.
    pub priority: Priority,
    /// From the first violating value until people are told: both delays.
    pub delay: DurationText,
    /// Text for people.
    pub text: String,
}

/// A rate that is judged.
#[derive(Clone, Debug, Serialize)]
pub struct RateReport {
    /// The metric.
    pub metric: Code,
    /// Which way is dangerous.
    pub direction: Direction,
    /// Change in a minute.
    pub per_minute: Quantity,
    /// Its unit, UCUM.
    pub unit: String,
    /// Over which time.
    pub window: DurationText,
    /// How urgent.
    pub priority: Priority,
    /// Text for people.
    pub text: String,
}

/// A combined condition that is judged.
#[derive(Clone, Debug, Serialize)]
pub struct CombinedReport {
    /// Its name.
    pub name: String,
    /// What must hold, in words.
    pub terms: Vec<String>,
    /// What happens while a term lacks data.
    pub when_missing: WhenMissing,
    /// How urgent.
    pub priority: Priority,
    /// Text for people.
    pub text: String,
}

/// A device and how old its values can get.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceReport {
    /// Configured id.
    pub id: String,
    /// Id of its bed.
    pub bed: String,
    /// Id of its link.
    pub link: String,
    /// Driver or register-map profile.
    pub profile: String,
    /// How long it may be silent before its link counts as lost.
    pub quiet_time: DurationText,
    /// Its metrics.
    pub metrics: Vec<MetricReport>,
}

/// A metric and how old its values can get.
#[derive(Clone, Debug, Serialize)]
pub struct MetricReport {
    /// The metric.
    pub metric: Code,
    /// Its row.
    pub containment: String,
    /// Its unit, UCUM.
    pub unit: Option<String>,
    /// How long a value counts as current.
    pub fresh_for: DurationText,
    /// Whether values come now and then, so that no staleness is promised.
    pub episodic: bool,
    /// Worst-case age of a value with 0, 1, 2 … other units of the bus dead. One entry for a device that is alone on its
    /// link: its poll interval, twice, since one answer may be lost.
    pub worst_case_staleness: Vec<DurationText>,
}

/// A link.
#[derive(Clone, Debug, Serialize)]
pub struct LinkReport {
    /// Configured id.
    pub id: String,
    /// Port with line settings, or address.
    pub transport: String,
    /// The schedule, if it is a bus.
    pub bus: Option<BusReport>,
}

/// The schedule of a bus.
#[derive(Clone, Debug, Serialize)]
pub struct BusReport {
    /// How frames are told apart: `rtu`, `tcp` or `ascii`.
    pub framing: &'static str,
    /// Share of the time for which the bus is busy while every unit answers, percent.
    pub load_percent: f64,
    /// For how long one time-out occupies the bus.
    pub timeout: DurationText,
    /// The reads.
    pub reads: Vec<ReadReport>,
}

/// One read of a bus's schedule.
#[derive(Clone, Debug, Serialize)]
pub struct ReadReport {
    /// Configured id of the device.
    pub device: String,
    /// Unit id.
    pub unit: u8,
    /// Name of the block.
    pub block: String,
    /// Whether it holds alarm conditions.
    pub alarm: bool,
    /// How often it is read.
    pub period: DurationText,
    /// For how long it occupies the bus, microseconds.
    pub cost_us: u64,
}

/// A system that is told.
#[derive(Clone, Debug, Serialize)]
pub struct DestinationReport {
    /// Configured id.
    pub id: String,
    /// `hl7` or `mqtt`.
    pub kind: String,
    /// Where it listens.
    pub address: String,
    /// Ids of the beds it is told about; empty means all.
    pub beds: Vec<String>,
    /// Metrics that it may see; empty means all.
    pub metrics: Vec<String>,
    /// What it may know of patients.
    pub patient: Vec<String>,
    /// Where its messages are written otherwise than the IHE profiles have it, each in a few words.
    pub dialect: Vec<String>,
}

/// A code that can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CodeReport {
    /// Context-free number; 0 for a provisional term.
    pub code: u32,
    /// Reference id.
    pub refid: &'static str,
    /// Usual LOINC code of the same meaning.
    pub loinc: Option<&'static str>,
}

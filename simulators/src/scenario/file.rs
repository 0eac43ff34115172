//! The form of a scenario file: TOML tables with serde, nothing checked beyond types.

use serde::Deserialize;

use crate::vital::Vital;

/// A scenario as its file says it.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Short name, as given to `--scenario`.
    pub name: String,
    /// What happens, in a sentence for people.
    pub title: String,
    /// Starts again after this many seconds; left out, everything stays as the last keyframes and events left it.
    #[serde(default)]
    pub repeat_s: Option<f64>,
    /// Seconds between two cuff measurements.
    #[serde(default = "cuff_interval_s_default")]
    pub cuff_interval_s: f64,
    /// Curves. What has none wanders about its usual value.
    #[serde(default, rename = "vital")]
    pub vitals: Vec<VitalCurve>,
    /// Events.
    #[serde(default, rename = "event")]
    pub events: Vec<Event>,
}

fn cuff_interval_s_default() -> f64 {
    300.0
}

/// The course of one vital at one bed.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VitalCurve {
    /// Number of the bed, from 1; left out, every bed.
    #[serde(default)]
    pub bed: Option<u32>,
    /// Which vital.
    pub vital: Vital,
    /// Points, ascending by time. Before the first one the patient's usual value holds.
    pub keyframes: Vec<Point>,
}

/// One point of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Seconds since the scenario began.
    pub at_s: f64,
    /// The value in the vital's unit; left out, there is no value from here on: the sensor is off.
    #[serde(default)]
    pub value: Option<f64>,
    /// How the value gets here from the point before.
    #[serde(default)]
    pub ramp: Ramp,
}

/// How a value gets from one keyframe to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ramp {
    /// In a straight line.
    #[default]
    Linear,
    /// Slowly, fast, slowly.
    Smooth,
    /// All at once, at the time of the keyframe.
    Step,
}

/// Something that happens at a time.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Seconds since the scenario began.
    pub at_s: f64,
    /// Number of the bed, from 1; left out, every bed.
    #[serde(default)]
    pub bed: Option<u32>,
    /// To which device of the bed.
    pub device: SimulatedDevice,
    /// What happens.
    pub event: EventName,
    /// Pump alarm, for `alarm-starts` and `alarm-ends`.
    #[serde(default)]
    pub alarm: Option<PumpAlarm>,
    /// Text on a monitor, for `text-appears` and `text-disappears`.
    #[serde(default)]
    pub text: Option<String>,
    /// Colour of that text, for `text-appears`; yellow if left out.
    #[serde(default)]
    pub colour: Option<TextColour>,
    /// Contact of a bed, for `contact-on` and `contact-off`.
    #[serde(default)]
    pub contact: Option<BedContact>,
}

/// Kinds of simulated devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SimulatedDevice {
    /// The patient monitor.
    Monitor,
    /// The infusion pump.
    Pump,
    /// The bed with its contacts.
    Bed,
    /// The scale.
    Scale,
    /// The ventilator.
    Ventilator,
    /// The pulse oximeter that stands alone.
    Oximeter,
}

impl SimulatedDevice {
    /// All of them.
    pub const ALL: [SimulatedDevice; 6] = [
        SimulatedDevice::Monitor,
        SimulatedDevice::Pump,
        SimulatedDevice::Bed,
        SimulatedDevice::Scale,
        SimulatedDevice::Ventilator,
        SimulatedDevice::Oximeter,
    ];

    /// The word used in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            SimulatedDevice::Monitor => "monitor",
            SimulatedDevice::Pump => "pump",
            SimulatedDevice::Bed => "bed",
            SimulatedDevice::Scale => "scale",
            SimulatedDevice::Ventilator => "ventilator",
            SimulatedDevice::Oximeter => "oximeter",
        }
    }
}

/// Names of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventName {
    /// A pump raises an alarm.
    AlarmStarts,
    /// A pump's alarm is over.
    AlarmEnds,
    /// A monitor shows an alarm text.
    TextAppears,
    /// A monitor's alarm text is gone.
    TextDisappears,
    /// A contact of a bed begins to say something, whatever the level of its wire for that.
    ContactOn,
    /// A contact of a bed has nothing to say any more.
    ContactOff,
    /// The cable is pulled.
    Unplug,
    /// The cable is back.
    Replug,
    /// The device is switched off and on and forgets its conversation.
    Restart,
}

/// Alarms of the simulated pump, in plain words; the pump sends its own code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PumpAlarm {
    /// Pressure in the line too high, `AL_OCCLU`.
    Occlusion,
    /// Little is left in the syringe, `AL_NEOIN`.
    NearEndOfInfusion,
    /// The syringe is empty, `AL_EOIST`.
    EndOfInfusion,
    /// Battery low, `AL_LWBAT`.
    LowBattery,
    /// The syringe is not held, `AL_SYRCO`.
    SyringeOut,
    /// Mains lost, `AL_ACDIS`.
    MainsLost,
}

/// Colours of a monitor's alarm texts, ascending by urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TextColour {
    /// Low priority.
    White,
    /// Medium priority.
    Yellow,
    /// High priority.
    Red,
}

/// Contacts of the simulated bed: those of the register profile `bed-contacts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BedContact {
    /// The patient has left the bed.
    BedExit,
    /// The left side rail is down.
    LeftRailDown,
    /// The right side rail is down.
    RightRailDown,
    /// The brake is released.
    BrakeReleased,
    /// Somebody calls.
    NurseCall,
    /// The bed is not in its lowest position.
    NotLow,
    /// The nurse-call plug is out.
    PlugOut,
}

impl BedContact {
    /// All of them.
    pub const ALL: [BedContact; 7] = [
        BedContact::BedExit,
        BedContact::LeftRailDown,
        BedContact::RightRailDown,
        BedContact::BrakeReleased,
        BedContact::NurseCall,
        BedContact::NotLow,
        BedContact::PlugOut,
    ];
}

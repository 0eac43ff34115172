//! Whether the schedule of a bus can be kept, and whether values stay as fresh as is promised.

use std::time::Duration;

use vigil_messages::DurationText;
use vigil_model::DeviceIndex;
use vigil_protocols::link::{BusSettings, Transport};
use vigil_protocols::modbus::BusUnit;

use super::devices::CheckedDevice;
use crate::document::{Place, Problems};
use crate::schedule::{Schedule, metrics_of};

/// Load above which somebody should look: little time is left for repeats. In tenths of a percent.
const LOAD_WARNING_PERMILLE: u64 = 800;

/// Reports a bus whose reads take longer than there is time, and values that cannot stay current.
pub(crate) fn affordable(
    transport: &Transport,
    settings: &BusSettings,
    units: &[BusUnit],
    users: &[(DeviceIndex, &CheckedDevice)],
    place: &Place,
    problems: &mut Problems<'_, '_>,
) {
    let schedule = Schedule::new(transport, settings, units);
    let load = schedule.load_permille();
    let percent = format!("{}.{} %", load / 10, load % 10);
    if load > 1000 {
        let message =
            format!("the reads of its {} units would keep the bus busy for {percent} of the time", units.len());
        problems.error(place, message, "poll less often, raise the baud rate, or put some units on another link");
        return;
    }
    if load > LOAD_WARNING_PERMILLE {
        let message = format!("the bus is busy for {percent} of the time: little is left for repeats");
        problems.warning(place, message, "poll less often, or put some units on another link");
    }
    for (position, unit) in units.iter().enumerate() {
        let Some((_, device)) = users.iter().find(|(index, _)| *index == unit.device) else { continue };
        fresh(&schedule, position, unit, device, problems);
    }
}

/// Reports the first metric of a unit that cannot stay current: refused if all units live, warned of if one other is dead.
fn fresh(
    schedule: &Schedule,
    position: usize,
    unit: &BusUnit,
    device: &CheckedDevice,
    problems: &mut Problems<'_, '_>,
) {
    // A time shorter than one period was reported with the device itself.
    if device.fresh_for.is_some_and(|configured| configured < device.poll_interval) {
        return;
    }
    let place = device.place.key("fresh_for");
    let help = "raise fresh_for, poll more often, or shorten the bus's response_timeout";
    let mut warned = false;
    for read in &schedule.units[position] {
        for (code, containment) in metrics_of(&unit.profile, &read.read.request) {
            let Some(metric) = device.profile.metric(code, containment).filter(|metric| !metric.episodic) else {
                continue;
            };
            let bound = fresh_for(device, metric.fresh_for);
            let age = |dead| DurationText::from(schedule.staleness(position, read, dead));
            let promise = format!("{code} is promised to be at most {} old", DurationText::from(bound));
            if age(0).get() > bound {
                problems.error(&place, format!("{promise}, and can get {} old by this schedule", age(0)), help);
                return;
            }
            if age(1).get() > bound && !warned {
                let message = format!("{promise}, and can get {} old when another unit dies", age(1));
                problems.warning(&place, message, help);
                warned = true;
            }
        }
    }
}

/// How long values of a metric count as current: what the configuration says, the metric, or the profile.
pub(crate) fn fresh_for(device: &CheckedDevice, of_metric: Option<Duration>) -> Duration {
    device.fresh_for.or(of_metric).unwrap_or(device.profile.fresh_for)
}

//! The canary: a bed, a link and a device that nobody has to write.

use std::path::Path;
use std::time::Duration;

use vigil_model::CANARY;
use vigil_protocols::link::Transport;

use super::appliance::bounds;
use crate::document::{Place, Problems};
use crate::file::CanarySection;
use crate::plan::{LinkPlan, Plan};

/// Bounds of the time between two of its alarms.
const EVERY: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(86_400));

/// Checks `[canary]`: how often it alarms; `None` if there is none.
pub(crate) fn canary(section: Option<&CanarySection>, problems: &mut Problems<'_, '_>) -> Option<Duration> {
    let section = section?;
    bounds("every", section.every, EVERY, &Place::top("canary"), problems);
    section.enabled.then(|| section.every.get())
}

/// Its sections, as somebody would write them.
pub(crate) fn sections(data_dir: &Path) -> String {
    let port = toml::Value::String(port(data_dir));
    format!(
        r#"
[[bed]]
id = "{CANARY}"
unit = "TEST"
room = "0"
bed = "{CANARY}"

[[bed.limit]]
metric = "MDC_PULS_OXIM_SAT_O2"
side = "low"
limit = 90
hysteresis = 1
condition_delay = "0s"
priority = "high"
text = "Canary"

[[link]]
id = "{CANARY}"
serial = {{ port = {port}, flow = "none" }}

[[device]]
id = "{CANARY}"
bed = "{CANARY}"
link = "{CANARY}"
driver = "masimo-ascii"
"#
    )
}

/// Puts its port into the plan's data folder, wherever that is by now.
pub(crate) fn place(plan: &mut Plan) {
    let port = port(&plan.data_dir);
    for link in plan.links.iter_mut().filter(|link| **link.id() == *CANARY) {
        if let LinkPlan::Stream { transport: Transport::Serial(serial), .. } = link {
            serial.port.clone_from(&port);
        }
    }
}

fn port(data_dir: &Path) -> String {
    data_dir.join("canary-port").display().to_string()
}

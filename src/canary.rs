//! The canary: a bed that does not exist, with a device of its own on a pseudo-terminal of its own, whose alarms go the way of
//! every alarm, on a schedule, marked as test in every message. When it falls silent, something between a device and its
//! receivers is broken (`watch`).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use vigil_config::{LinkPlan, Plan};
use vigil_protocols::link::Transport;
use vigil_simulators::serve::{Endpoint, Server};
use vigil_simulators::simulate::Simulation;
use vigil_simulators::{FaultPlan, Scenario};

use crate::clock::Clock;

/// Id of its bed, its device and its link.
pub const ID: &str = vigil_model::CANARY;

/// What may come between it and its being heard, on top of its period.
const GRACE: Duration = Duration::from_secs(30);

/// How long a canary with this period may be silent.
pub fn patience(every: Duration) -> Duration {
    every + every / 4 + GRACE
}

/// What the canary's device plays: one alarm in the second half of each period.
fn scenario(every: Duration) -> String {
    let every = every.as_secs_f64();
    let (begins, ends) = (every * 0.5, every * 0.75);
    format!(
        "name = \"canary\"\ntitle = \"One alarm in each period\"\nrepeat_s = {every:?}\n\n[[vital]]\nvital = \"spo2\"\n\
         keyframes = [\n  {{ at_s = 0.0, value = 97 }},\n  {{ at_s = {begins:?}, value = 80, ramp = \"step\" }},\n  \
         {{ at_s = {ends:?}, value = 97, ramp = \"step\" }},\n]\n"
    )
}

/// The canary's device, served until `stop`. Nothing happens if the plan has no canary.
pub fn serve(plan: &Plan, clock: &Clock, stop: CancellationToken) -> Option<impl Future<Output = ()> + use<>> {
    let every = plan.canary?;
    let link = plan.links.iter().find(|link| &**link.id() == ID)?;
    let (LinkPlan::Stream { driver, .. }, Transport::Serial(serial)) = (link, link.transport()) else { return None };
    let endpoint = Endpoint::Pty { link: PathBuf::from(&serial.port) };
    let scenario = match Scenario::parse(&scenario(every), "the canary") {
        Ok(scenario) => Arc::new(scenario),
        Err(error) => {
            tracing::error!(%error, "The canary's scenario is not accepted.");
            return None;
        }
    };
    let simulation = Simulation { scenario, seed: 0, bed: 1 };
    let device = simulation.device(driver.driver(), clock().monotonic);
    let clock = clock.clone();
    Some(async move {
        let served = match Server::bind(&endpoint).await {
            Ok(server) => server.run(device, &FaultPlan::default(), clock, stop).await,
            Err(error) => Err(error),
        };
        if let Err(error) = served {
            tracing::error!(%error, "The canary's device ended; its silence will be an alarm.");
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_scenario_is_one() {
        for every in [60, 300, 3600] {
            let scenario = Scenario::parse(&scenario(Duration::from_secs(every)), "the canary").unwrap();
            assert_eq!(scenario.repeat_s, Some(every as f64));
        }
    }
}

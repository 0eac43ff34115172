//! A whole simulated ward on its ports.

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Clock, ServeError, Server};
use crate::fault::FaultPlan;
use crate::ward::SimulatedWard;

/// Makes all ports of a ward, then serves every device until `stop`, one task each. Scenarios begin when all ports are
/// there; each link has its own throws of the fault plan.
///
/// # Errors
/// If a port cannot be made. A task ends with an error if its port fails later.
pub async fn ward(
    ward: &SimulatedWard,
    faults: &FaultPlan,
    clock: Clock,
    stop: CancellationToken,
) -> Result<Vec<JoinHandle<Result<(), ServeError>>>, ServeError> {
    let mut servers = Vec::with_capacity(ward.links().len());
    for link in ward.links() {
        servers.push(Server::bind(&link.endpoint).await?);
    }
    let start = clock().monotonic;
    let mut tasks = Vec::with_capacity(servers.len());
    for (number, (link, server)) in (0u64..).zip(ward.links().iter().zip(servers)) {
        let (device, faults) = (ward.device(link, start), faults.reseeded(number));
        let (clock, stop) = (clock.clone(), stop.clone());
        tasks.push(tokio::spawn(async move { server.run(device, &faults, clock, stop).await }));
    }
    Ok(tasks)
}

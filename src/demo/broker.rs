//! The embedded MQTT broker of the demo: a library, on loopback, in memory.

use std::net::SocketAddr;

use mqtt5::broker::config::{StorageBackend, StorageConfig};
use mqtt5::broker::{BrokerConfig, MqttBroker};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::DemoError;

/// Starts a broker on a free loopback port; it runs until `stop`.
///
/// # Errors
/// If no port can be had.
pub(super) async fn start(tasks: &TaskTracker, stop: CancellationToken) -> Result<SocketAddr, DemoError> {
    let storage = StorageConfig { backend: StorageBackend::Memory, ..StorageConfig::default() };
    let config = BrokerConfig::new().with_bind_address(SocketAddr::from(([127, 0, 0, 1], 0))).with_storage(storage);
    let failed = |error: mqtt5::MqttError| DemoError::Start { what: "the MQTT broker", cause: error.to_string() };
    let mut broker = MqttBroker::with_config(config).await.map_err(failed)?;
    let address = broker
        .local_addr()
        .ok_or_else(|| DemoError::Start { what: "the MQTT broker", cause: "it has no address".to_owned() })?;
    let shutdown = broker.shutdown_handle();
    tasks.spawn(async move {
        stop.cancelled().await;
        shutdown.shutdown();
    });
    tasks.spawn(async move {
        if let Err(error) = broker.run().await {
            tracing::error!(%error, "The embedded MQTT broker failed.");
        }
    });
    Ok(address)
}

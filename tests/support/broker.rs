//! A real MQTT broker in this process. It can go away, with all it held in memory, and come back at the same address.

use std::net::SocketAddr;

use mqtt5::broker::config::{StorageBackend, StorageConfig};
use mqtt5::broker::{BrokerConfig, BrokerShutdownHandle, MqttBroker};
use tokio::task::JoinHandle;

use super::soon;

pub struct Broker {
    pub address: SocketAddr,
    handle: BrokerShutdownHandle,
    task: JoinHandle<()>,
}

impl Broker {
    pub async fn start() -> Self {
        Self::listen("127.0.0.1:0".parse().unwrap()).await
    }

    /// A broker at an address where one has been before.
    pub async fn listen(address: SocketAddr) -> Self {
        let storage = StorageConfig::new().with_backend(StorageBackend::Memory);
        let config = BrokerConfig::new().with_bind_address(address).with_storage(storage);
        let mut broker = MqttBroker::with_config(config).await.unwrap();
        let (address, handle) = (broker.local_addr().unwrap(), broker.shutdown_handle());
        let task = tokio::spawn(async move { broker.run().await.unwrap() });
        Self { address, handle, task }
    }

    /// Goes away; gives the address to come back at.
    pub async fn go_away(self) -> SocketAddr {
        self.handle.shutdown();
        soon("the broker is gone", self.task).await.unwrap();
        self.address
    }
}

//! The receiving side of the HL7 interface, for benches and the demo: the simulated EHR behind a real MLLP socket.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use vigil_simulators::ehr::{Charted, Ehr, EhrSettings, Receipts};
use vigil_sinks::mllp::server::{self, Limits, Reply};

use crate::clock::Clock;

/// What is called with each message that was accepted.
pub type Observer = Box<dyn Fn(&Charted) + Send + Sync>;

/// An EHR on a socket.
pub struct Receiver {
    /// What it has received.
    pub ehr: Arc<Mutex<Ehr>>,
    /// Where it listens.
    pub address: SocketAddr,
    listener: TcpListener,
    observer: Option<Observer>,
}

impl Receiver {
    /// Listens on `host:port`. With `receipts`, each accepted message is appended to that file, one JSON object a line,
    /// before it is answered.
    ///
    /// # Errors
    /// If the address or the file cannot be used.
    pub async fn bind(
        address: &str,
        settings: EhrSettings,
        receipts: Option<&Path>,
        observer: Option<Observer>,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let receipts: Option<Box<dyn Receipts>> = match receipts {
            None => None,
            Some(path) => Some(Box::new(OpenOptions::new().create(true).append(true).open(path)?)),
        };
        let address = listener.local_addr()?;
        Ok(Self { ehr: Arc::new(Mutex::new(Ehr::new(settings, receipts))), address, listener, observer })
    }

    /// Serves until `stop`.
    pub async fn serve(self, clock: Clock, stop: CancellationToken) {
        let Self { ehr, listener, observer, .. } = self;
        let handler = move |_peer: SocketAddr, block: &[u8]| {
            let mut ehr = ehr.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let before = accepted(&ehr);
            let answer = ehr.handle_message(clock(), block);
            if accepted(&ehr) > before
                && let (Some(observer), Some(charted)) = (&observer, ehr.charted().next_back())
            {
                observer(charted);
            }
            match answer {
                None => Reply::Silent,
                Some(answer) if answer.after.is_zero() => Reply::Answer(answer.bytes),
                Some(answer) => Reply::Delayed { after: answer.after, answer: answer.bytes },
            }
        };
        server::serve(listener, Arc::new(handler), Limits::default(), stop).await;
    }
}

fn accepted(ehr: &Ehr) -> u64 {
    let counters = ehr.counters();
    counters.observations + counters.alarms + counters.others
}

//! Where reports leave a link: one batch for what one input produced, into a bounded channel.

use tokio::sync::mpsc;
use vigil_model::DeviceReport;

use crate::beside::Beside;
use crate::stats::LinkStats;

/// Nobody receives reports any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed;

/// The sending end.
pub(crate) struct Outlet {
    sender: mpsc::Sender<Vec<DeviceReport>>,
    batch: Vec<DeviceReport>,
    stats: LinkStats,
}

impl Outlet {
    pub(crate) fn new(sender: mpsc::Sender<Vec<DeviceReport>>, beside: &Beside) -> Self {
        Self { sender, batch: Vec::new(), stats: beside.stats.clone() }
    }

    /// Adds to the batch.
    pub(crate) fn push(&mut self, report: DeviceReport) {
        self.stats.reported(&report.report);
        self.batch.push(report);
    }

    /// Sends the batch, if there is anything in it, and waits while the channel is full.
    pub(crate) async fn send(&mut self) -> Result<(), Closed> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let next = Vec::with_capacity(self.batch.len());
        self.sender.send(std::mem::replace(&mut self.batch, next)).await.map_err(|_| Closed)
    }
}

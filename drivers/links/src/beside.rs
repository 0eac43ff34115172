//! What a link is given besides its conversation.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;
use vigil_protocols::doctor::{Closed, Evidence, HUB_WINDOW, diagnose};
use vigil_protocols::link::Transport;

use crate::ports;
use crate::stats::LinkStats;

/// Losses that are remembered.
const LOSSES_MAX: usize = 64;

/// Counters to keep, and what must be at the other end. Everything empty asks for nothing.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Where the link counts.
    pub stats: LinkStats,
    /// Name under `/dev/serial/by-id` of the adapter that must be at the link's port.
    pub adapter: Option<Arc<str>>,
    /// The hubs that the ports of all links hang on.
    pub hubs: Hubs,
}

/// Which ports were lost lately, by the hubs they hang on: shared by all links.
#[derive(Clone, Debug, Default)]
pub struct Hubs(Arc<Mutex<VecDeque<Loss>>>);

/// A port that was lost.
#[derive(Clone, Debug)]
struct Loss {
    hub: String,
    link: Arc<str>,
    at: Instant,
}

impl Hubs {
    /// Notes that the port of a link was lost. Returns how many others of its hub were just before.
    fn lost(&self, hub: &str, link: &Arc<str>, at: Instant) -> usize {
        let mut losses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        losses.retain(|loss| at.duration_since(loss.at) <= HUB_WINDOW);
        let others = losses.iter().filter(|loss| loss.hub == hub && loss.link != *link).count();
        if losses.len() == LOSSES_MAX {
            losses.pop_front();
        }
        losses.push_back(Loss { hub: hub.to_owned(), link: Arc::clone(link), at });
        others
    }
}

/// One line as the doctor follows it from outside its conversation.
pub(crate) struct Patient {
    link: Arc<str>,
    hubs: Hubs,
    /// The port, and the hub that it was on when it was last open.
    port: Option<String>,
    hub: Option<String>,
}

impl Patient {
    pub(crate) fn new(link: Arc<str>, transport: &Transport, beside: &Beside) -> Self {
        let port = match transport {
            Transport::Serial(serial) => Some(serial.port.clone()),
            Transport::Tcp { .. } | Transport::Udp { .. } => None,
        };
        Self { link, hubs: beside.hubs.clone(), port, hub: None }
    }

    pub(crate) fn opened(&mut self) {
        self.hub = self.port.as_deref().and_then(ports::hub_of);
    }

    /// Why the line was lost, with what it may come from.
    pub(crate) fn explain(&mut self, reason: &str) -> String {
        let Some(closed) = Closed::from_text(reason) else { return reason.to_owned() };
        let hub_losses = self.hub.take().map_or(0, |hub| self.hubs.lost(&hub, &self.link, Instant::now()));
        let evidence =
            Evidence { serial: self.port.is_some(), closed: Some(closed), hub_losses, ..Evidence::default() };
        match diagnose(&evidence) {
            Some(diagnosis) => format!("{reason}. {diagnosis}"),
            None => reason.to_owned(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ports_of_one_hub_that_are_lost_together_are_told_as_that() {
        let hubs = Hubs::default();
        let patient = |link: &str, hub: &str| Patient {
            link: link.into(),
            hubs: hubs.clone(),
            port: Some("/dev/x".into()),
            hub: Some(hub.to_owned()),
        };
        assert!(patient("a", "1-1").explain("the port is gone").contains("went away"));
        assert!(patient("b", "1-2").explain("the port is gone").contains("went away"), "another hub");
        assert!(patient("c", "1-1").explain("the port is gone").contains("hub's power supply"));
        tokio::time::advance(HUB_WINDOW * 2).await;
        assert!(patient("d", "1-1").explain("the port is gone").contains("went away"), "long after");
        assert_eq!(patient("e", "1-1").explain("No valid frame for 3 s."), "No valid frame for 3 s.");
    }
}

//! Requests to the running appliance whose answer waits for the disk: ADT messages, association messages, what people say
//! over the control socket.

use std::sync::Arc;

use tokio::sync::oneshot;
use vigil_journal::Receipt;
use vigil_model::{AssociationNews, AssociationOrder, Command, EngineEvent, EventKind, HeldVerdict, OrderOutcome};

/// Something that is asked of the appliance. Taken in whole by one step.
#[derive(Debug)]
pub struct Request {
    /// What is said about who lies where, in order.
    pub orders: Vec<AssociationOrder>,
    /// What else is said.
    pub commands: Vec<Command>,
    /// The message it came with, so that a repeat is recognised.
    pub receipt: Option<Receipt>,
    /// What became of it.
    pub reply: oneshot::Sender<Result<Vec<OrderOutcome>, NotStored>>,
}

/// It was not put on disk: nothing has been promised, and it is to be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot be written")]
pub struct NotStored;

/// A request that is a part of the step that comes next.
#[derive(Debug)]
pub(crate) struct Pending {
    /// Reference of its first order; the others count up from there.
    pub(crate) first: u64,
    pub(crate) request: Request,
}

impl Pending {
    /// What became of each order, as the step said.
    fn outcomes(&self, events: &[EngineEvent]) -> Vec<OrderOutcome> {
        let references = self.first..self.first + self.request.orders.len() as u64;
        let outcome = |reference| {
            let said = events.iter().find_map(|event| match &event.kind {
                EventKind::Association(news) => match &**news {
                    AssociationNews::Outcome { reference: of, outcome } if *of == reference => Some(outcome.clone()),
                    _ => None,
                },
                _ => None,
            });
            said.unwrap_or(OrderOutcome::Refused { reason: "nothing was said about it".into() })
        };
        references.map(outcome).collect()
    }

    /// What a person said about held messages, as far as it was taken.
    pub(crate) fn verdicts(&self, events: &[EngineEvent]) -> Vec<(Arc<str>, HeldVerdict)> {
        let taken = self.request.orders.iter().zip(self.outcomes(events));
        let verdict = |(order, outcome): (&AssociationOrder, OrderOutcome)| match (order, outcome) {
            (AssociationOrder::Settle { bed, verdict, .. }, OrderOutcome::Taken) => Some((Arc::clone(bed), *verdict)),
            _ => None,
        };
        taken.filter_map(verdict).collect()
    }

    /// What whoever waits is told once it is on disk.
    pub(crate) fn decided(self, events: &[EngineEvent]) -> Reply {
        Reply { outcomes: self.outcomes(events), to: self.request.reply }
    }
}

/// What became of a request, for whoever waits for it.
#[derive(Debug)]
pub(crate) struct Reply {
    outcomes: Vec<OrderOutcome>,
    to: oneshot::Sender<Result<Vec<OrderOutcome>, NotStored>>,
}

impl Reply {
    /// Tells them. They may have gone: that is their affair.
    pub(crate) fn tell(self, is_on_disk: bool) {
        let answer = if is_on_disk { Ok(self.outcomes) } else { Err(NotStored) };
        let _ = self.to.send(answer);
    }
}

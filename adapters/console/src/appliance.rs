//! What the console asks of the appliance that it shows.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::broadcast;
use vigil_journal::{JournalError, Reader};
use vigil_model::{AssociationOrder, Command, EngineEvent, Now, OrderOutcome};
use vigil_people::Authority;

use crate::view::{About, Configuration, Counters, Destination, Finding, Link, Picture, Port, Probe, Probed, Text};

/// What an appliance answers in its own time.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An appliance, as the console sees it.
pub trait Appliance: Send + Sync + 'static {
    /// Who it is. Does not change.
    fn about(&self) -> &About;

    /// The time on its clocks.
    fn now(&self) -> Now;

    /// What every bed looks like now; `None` if its loop has ended.
    fn picture(&self) -> Answer<'_, Option<Picture>>;

    /// What its engine has counted; `None` if its loop has ended.
    fn counters(&self) -> Answer<'_, Option<Counters>>;

    /// How its links are doing, in the order of the configuration.
    fn links(&self) -> Vec<Link>;

    /// How its destinations are doing, in the order of the configuration.
    fn destinations(&self) -> Vec<Destination>;

    /// Everything its engine says, after it is on disk. Who lags behind misses some.
    fn events(&self) -> broadcast::Receiver<Arc<EngineEvent>>;

    /// Tells its engine something.
    fn tell(&self, command: Command) -> Answer<'_, Result<(), NotTold>>;

    /// Says who lies where, and comes back with what became of it once that is on disk.
    fn order(&self, order: AssociationOrder) -> Answer<'_, Result<OrderOutcome, NotTold>>;

    /// A reader of its journal.
    ///
    /// # Errors
    /// If the journal cannot be opened once more.
    fn reader(&self) -> Result<Reader, JournalError>;

    /// Its serial ports.
    fn ports(&self) -> Answer<'_, Vec<Port>>;

    /// Finds out who is on a line, within 25 s; or why that cannot be asked.
    fn probe(&self, wanted: Probe) -> Answer<'_, Result<Probed, Text>>;

    /// The configuration that it runs.
    fn configuration(&self) -> &Configuration;

    /// Everything that would be wrong with another text of its configuration. Changes nothing.
    fn check(&self, text: String) -> Answer<'_, Vec<Finding>>;

    /// Who may do what; `None` if it has no people, so that whoever is at the appliance may do everything.
    fn people(&self) -> Option<Arc<Authority>> {
        None
    }

    /// Why its journal cannot be written; `None` while it can.
    fn journal_failing(&self) -> Option<String>;
}

/// A command was not taken: the loop has ended, or too many wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the appliance does not take commands now; try again")]
pub struct NotTold;

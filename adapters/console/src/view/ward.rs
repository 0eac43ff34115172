//! The appliance and its ward at one moment.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Alarm, Bed, Moment, Text};

/// Who the appliance is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct About {
    /// Its id, unique in the hospital.
    pub id: Text,
    /// Organisation that runs it.
    pub facility: Text,
    /// Site where it stands.
    pub site: Text,
    /// Whether everything it says is a test or demonstration.
    pub test: bool,
    /// Version of the program.
    pub version: Text,
}

/// The ward at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Picture {
    /// When it was taken.
    pub at: Moment,
    /// Beds, in the order of the configuration.
    pub beds: Vec<Bed>,
    /// Alarms about the appliance itself that are not over.
    pub alarms: Vec<Alarm>,
}

impl Picture {
    /// The bed with a configured id.
    pub fn bed(&self, id: &str) -> Option<&Bed> {
        self.beds.iter().find(|bed| &*bed.id == id)
    }

    /// Every alarm that is not over, of all beds and of the appliance.
    pub fn alarms(&self) -> impl Iterator<Item = &Alarm> {
        self.beds.iter().flat_map(|bed| &bed.alarms).chain(&self.alarms)
    }
}

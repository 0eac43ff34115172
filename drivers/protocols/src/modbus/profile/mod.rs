//! Register profiles: Modbus devices as TOML data, so that adding one needs no rebuild.
//!
//! A profile says what the device is, which blocks to read how often, what each register and bit means, and shows it with
//! worked examples. The bus, `vigil decode`, `vigil check` and the simulator all read the same file.
//! `profiles/bed-contacts.toml` shows the format; [`RegisterProfile::schema`] describes it completely.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::Profile;

use super::adu::AsciiCount;
use super::{ReadRequest, Table, UnitId};

mod check;
mod check_item;
mod check_value;
pub(crate) mod decode;
mod encode;
mod example;
mod file;
mod file_item;
pub(crate) mod item;
mod problem;
mod read;

pub use check::{BLOCKS_MAX, PAUSE_MAX, PERIOD_MAX, PERIOD_MIN};
pub use check_item::{DECIMALS_MAX, ITEMS_MAX};
pub use check_value::TEXT_REGISTERS_MAX;
pub use encode::EncodeError;
pub(crate) use encode::write_text;
pub use file_item::{ActiveLevel, ByteOrder, IdentityField, WordOrder};
pub use problem::ProfileProblem;

/// A checked register profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterProfile {
    profile: Arc<Profile>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) conditions: Vec<item::Condition>,
    examples: Vec<example::Example>,
    ascii_count: AsciiCount,
}

/// Neighbouring entries of one table that are read together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) name: Arc<str>,
    pub(crate) table: Table,
    pub(crate) address: u16,
    pub(crate) count: u16,
    pub(crate) period: Duration,
    pub(crate) alarm: bool,
    pub(crate) pause: Duration,
    /// Most entries in one answer.
    pub(crate) count_max: u16,
    /// Addresses that must not be read, ascending.
    pub(crate) gaps: Vec<Range<u32>>,
    /// Declared values, ascending by address.
    pub(crate) items: Vec<item::Item>,
}

impl Block {
    /// The address behind its last entry.
    pub(crate) fn end(&self) -> u32 {
        u32::from(self.address) + u32::from(self.count)
    }
}

/// One read of a profile's plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRead {
    /// Name of the block.
    pub block: Arc<str>,
    /// What is asked.
    pub request: ReadRequest,
    /// How often.
    pub period: Duration,
    /// Whether it holds alarm conditions.
    pub alarm: bool,
    /// Rest of the line that the device needs after the answer.
    pub pause: Duration,
}

impl RegisterProfile {
    /// Reads and checks a profile. `origin` is the file name or built-in name that problems are reported with.
    ///
    /// # Errors
    /// Every problem of the text at once, in the order of the text.
    pub fn parse(text: &str, origin: &str) -> Result<Self, Vec<ProfileProblem>> {
        let mut problems = problem::Problems::new(text, origin);
        let file = read::read(text, &mut problems);
        let profile = check::check(&file, &mut problems);
        let found = problems.into_sorted();
        if found.is_empty() { Ok(profile) } else { Err(found) }
    }

    /// What the engine needs to know about the device.
    pub fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// Names and texts of the built-in profiles.
    pub fn embedded() -> &'static [(&'static str, &'static str)] {
        &[
            ("bed-contacts", include_str!("../../../profiles/bed-contacts.toml")),
            ("tsi-pressura", include_str!("../../../profiles/tsi-pressura.toml")),
            ("thermo-refrigerator", include_str!("../../../profiles/thermo-refrigerator.toml")),
            ("bender-isometer", include_str!("../../../profiles/bender-isometer.toml")),
            ("remote-io", include_str!("../../../profiles/remote-io.toml")),
        ]
    }

    /// The built-in profile of a name.
    pub fn named_embedded(name: &str) -> Option<Self> {
        let (name, text) = Self::embedded().iter().find(|(known, _)| *known == name)?;
        Some(Self::parse(text, name).expect("every built-in profile is checked by a test"))
    }

    /// What the device counts in the byte count of its Modbus ASCII answers.
    pub fn ascii_count(&self) -> AsciiCount {
        self.ascii_count
    }

    /// The fields of its identity that the device's registers say.
    pub fn identity_fields(&self) -> Vec<IdentityField> {
        let items = self.blocks.iter().flat_map(|block| &block.items);
        let fields = items.filter_map(|item| match item.content {
            item::Content::Identity(field, _) => Some(field),
            item::Content::Metric(_) | item::Content::Bit(_) => None,
        });
        fields.collect()
    }

    /// The shortest period of a block: how often the device is heard from.
    pub fn poll_interval(&self) -> Duration {
        self.blocks.iter().map(|block| block.period).min().unwrap_or(PERIOD_MAX)
    }

    /// The reads of one unit, in the order of the blocks. A block is one read unless it has gaps or the device answers
    /// fewer entries at once.
    pub fn read_plan(&self, unit: UnitId) -> Vec<PlannedRead> {
        let segments = (0..self.blocks.len()).flat_map(|block| super::plan::segments(self, block));
        segments
            .map(|segment| {
                let block = &self.blocks[segment.block];
                let (request, period) = (segment.request(self, unit), block.period);
                PlannedRead { block: Arc::clone(&block.name), request, period, alarm: block.alarm, pause: block.pause }
            })
            .collect()
    }

    /// JSON Schema of the format.
    pub fn schema() -> schemars::Schema {
        schemars::schema_for!(file::ProfileFile)
    }
}

#[cfg(test)]
pub(crate) mod tests;

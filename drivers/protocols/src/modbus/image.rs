//! The tables of a simulated unit: what its registers and bits hold for given observations and alarms, by the same profile
//! that the bus reads them with.

use std::sync::Arc;

use vigil_model::{Code, Containment, Identity, Reading, Value};

use super::profile::item::{Content, Item};
use super::profile::{EncodeError, RegisterProfile};
use super::{Data, ReadRequest};

/// Exception code of an address that the unit does not have.
pub const ILLEGAL_ADDRESS: u8 = 2;

/// Registers and bits of one simulated unit. It starts with zeros, all conditions absent, and every value that has a mark
/// for it absent.
#[derive(Clone, Debug)]
pub struct RegisterImage {
    profile: Arc<RegisterProfile>,
    /// One entry a block: its registers, or its bits as 0 and 1.
    blocks: Vec<Vec<u16>>,
}

impl RegisterImage {
    /// The unit before anything was measured.
    pub fn new(profile: Arc<RegisterProfile>) -> Self {
        let blocks = profile.blocks.iter().map(|block| vec![0; usize::from(block.count)]).collect();
        let mut image = Self { profile: Arc::clone(&profile), blocks };
        for metric in &profile.profile().metrics {
            let absent = Reading::Absent(vigil_model::Absence::NotAvailable);
            // Not every register has a mark; those without one stay zero.
            let _ = image.set(metric.code, metric.containment, &absent);
        }
        for index in 0..profile.conditions.len() {
            image.set_condition(index, false);
        }
        image
    }

    /// Brings the unit to rest, so that all its values count: enumerations are in their first state without a condition, and
    /// bits that say what a value is worth are such that they have nothing to say. Numbers stay.
    pub fn settle(&mut self) {
        let profile = Arc::clone(&self.profile);
        for (block, item) in items(&profile) {
            let Content::Metric(metric) = &item.content else { continue };
            if let Some(state) = metric.state_at_rest() {
                let state = Value::Enumeration(vigil_model::Enumeration::text(state));
                let reading = Reading::Value(state, vigil_model::Quality::Valid);
                // A state that a checked profile declares fits, unless its number is also a mark.
                let _ = metric.write(&reading, self.registers(block, item));
            }
            for rule in &metric.worth {
                let first = self.profile.blocks[block].address;
                let register = &mut self.blocks[block][usize::from(rule.address - first)];
                *register = rule.silenced(*register);
            }
        }
    }

    /// The profile it follows.
    pub fn profile(&self) -> &Arc<RegisterProfile> {
        &self.profile
    }

    /// Puts a reading of a metric into its registers or bit. A metric in a bit takes the state texts of its profile.
    ///
    /// # Errors
    /// If the profile declares no such metric or its registers cannot hold the reading.
    pub fn set(&mut self, code: Code, containment: Containment, reading: &Reading) -> Result<(), EncodeError> {
        let profile = Arc::clone(&self.profile);
        for (block, item) in items(&profile) {
            match &item.content {
                Content::Metric(metric) if metric.code == code && metric.containment == containment => {
                    return metric.write(reading, self.registers(block, item));
                }
                Content::Bit(bit) => {
                    let Some(metric) = &bit.metric else { continue };
                    if metric.code != code || metric.containment != containment {
                        continue;
                    }
                    let on = match reading {
                        Reading::Value(Value::Enumeration(state), _) if state.text == metric.on => true,
                        Reading::Value(Value::Enumeration(state), _) if state.text == metric.off => false,
                        Reading::Value(other, _) => return Err(EncodeError::Form(other.to_string())),
                        Reading::Absent(absence) => return Err(EncodeError::NoMark(*absence)),
                    };
                    self.set_bit(block, item, on);
                    return Ok(());
                }
                Content::Metric(_) | Content::Identity(..) => {}
            }
        }
        Err(EncodeError::Undeclared(format!("{code} at {containment}")))
    }

    /// Makes the condition of a declared text present or absent. A condition that is a state of an enumeration is made
    /// present by putting that state into the register; making it absent leaves the register to [`Self::set`].
    ///
    /// # Errors
    /// If the profile declares no condition with this text.
    pub fn set_alarm(&mut self, text: &str, present: bool) -> Result<(), EncodeError> {
        let index = self.profile.conditions.iter().position(|condition| &*condition.text == text);
        self.set_condition(index.ok_or_else(|| EncodeError::Undeclared(format!("condition {text:?}")))?, present);
        Ok(())
    }

    /// Puts the declared fields of an identity into their registers.
    pub fn set_identity(&mut self, identity: &Identity) {
        let profile = Arc::clone(&self.profile);
        for (block, item) in items(&profile) {
            if let Content::Identity(field, order) = &item.content {
                let text = match field {
                    super::profile::IdentityField::Manufacturer => &identity.manufacturer,
                    super::profile::IdentityField::Model => &identity.model,
                    super::profile::IdentityField::Serial => &identity.serial,
                    super::profile::IdentityField::Software => &identity.software,
                };
                super::profile::write_text(text, *order, self.registers(block, item));
            }
        }
    }

    /// What the unit answers.
    ///
    /// # Errors
    /// The exception code: [`ILLEGAL_ADDRESS`] outside the declared blocks and inside their gaps.
    pub fn read(&self, request: &ReadRequest) -> Result<Data, u8> {
        let first = u32::from(request.address());
        let end = first + u32::from(request.count());
        let index = self.profile.blocks.iter().position(|block| {
            block.table == request.table()
                && u32::from(block.address) <= first
                && end <= block.end()
                && !block.gaps.iter().any(|gap| gap.start < end && first < gap.end)
        });
        let index = index.ok_or(ILLEGAL_ADDRESS)?;
        let start = usize::from(request.address() - self.profile.blocks[index].address);
        let entries = &self.blocks[index][start..start + usize::from(request.count())];
        Ok(if request.table().is_bits() {
            Data::Bits(entries.iter().map(|entry| *entry != 0).collect())
        } else {
            Data::Registers(entries.to_vec())
        })
    }

    fn set_condition(&mut self, index: usize, present: bool) {
        let profile = Arc::clone(&self.profile);
        for (block, item) in items(&profile) {
            match &item.content {
                Content::Bit(bit) if bit.condition == Some(index) => self.set_bit(block, item, present),
                Content::Metric(metric) if present => {
                    if let Some(text) = metric.state_text(index) {
                        let state = Value::Enumeration(vigil_model::Enumeration::text(text));
                        let reading = Reading::Value(state, vigil_model::Quality::Valid);
                        // A state that a checked profile declares fits, unless its number is also a mark.
                        let _ = metric.write(&reading, self.registers(block, item));
                    }
                }
                Content::Bit(_) | Content::Metric(_) | Content::Identity(..) => {}
            }
        }
    }

    fn set_bit(&mut self, block: usize, item: &Item, on: bool) {
        let Content::Bit(bit) = &item.content else { return };
        let level = u16::from(bit.is_on(on)); // inverting is its own inverse
        let entry = &mut self.registers(block, item)[0];
        *entry = match bit.bit {
            None => level,
            Some(number) => *entry & !(1 << number) | level << number,
        };
    }

    fn registers(&mut self, block: usize, item: &Item) -> &mut [u16] {
        let start = usize::from(item.address - self.profile.blocks[block].address);
        &mut self.blocks[block][start..start + usize::from(item.width)]
    }
}

fn items(profile: &RegisterProfile) -> impl Iterator<Item = (usize, &Item)> {
    profile.blocks.iter().enumerate().flat_map(|(index, block)| block.items.iter().map(move |item| (index, item)))
}

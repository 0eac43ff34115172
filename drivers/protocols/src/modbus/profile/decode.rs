//! Registers and bits to observations and conditions, by the rows of a profile. Shared by the bus and by `vigil decode`.

use vigil_model::{DeviceAlarm, Enumeration, Identity, Observation, Quality, Reading, Value};

use super::RegisterProfile;
use super::file_item::IdentityField;
use super::item::{self, Content, Item, Meaning, judged};
use crate::modbus::{Data, Table};

/// One thing that values say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// A value, or that there is none.
    Observation(Observation),
    /// A declared condition, by its index, is present or absent.
    Condition(usize, bool),
    /// A raw number that its enumeration does not know, or that other bits doubt: its conditions cannot be told.
    ConditionsUnknown,
    /// A field of the identity.
    Identity(IdentityField, String),
}

impl RegisterProfile {
    /// What the entries from `address` say. Items that are not wholly inside are left out.
    pub(crate) fn decode(&self, table: Table, address: u16, data: &Data, said: &mut Vec<Said>) {
        let end = u32::from(address) + data.len() as u32;
        for block in self.blocks.iter().filter(|block| block.table == table) {
            for item in block.items.iter().filter(|item| item.reach.0 >= u32::from(address) && item.reach.1 <= end) {
                let at = usize::from(item.address - address);
                decode_item(item, data, address, at, said);
            }
        }
    }

    /// The declared condition with this index, as a report.
    pub(crate) fn alarm(&self, condition: usize, present: bool) -> DeviceAlarm {
        let condition = &self.conditions[condition];
        DeviceAlarm {
            event: condition.event,
            source: condition.source,
            present,
            priority: condition.priority,
            kind: condition.kind,
            text: condition.text.clone(),
        }
    }
}

/// Sets one field of an identity; says whether that changed it.
pub(crate) fn identify(identity: &mut Identity, field: IdentityField, text: &str) -> bool {
    let place = match field {
        IdentityField::Manufacturer => &mut identity.manufacturer,
        IdentityField::Model => &mut identity.model,
        IdentityField::Serial => &mut identity.serial,
        IdentityField::Software => &mut identity.software,
    };
    let changed = &**place != text;
    if changed {
        *place = text.into();
    }
    changed
}

fn decode_item(item: &Item, data: &Data, from: u16, at: usize, said: &mut Vec<Said>) {
    let registers = match data {
        Data::Registers(registers) => registers.get(at..at + usize::from(item.width)).unwrap_or(&[]),
        Data::Bits(_) => &[],
    };
    match &item.content {
        Content::Metric(metric) => {
            let register = |address: u16| match data {
                Data::Registers(all) => all.get(usize::from(address - from)).copied().unwrap_or(0),
                Data::Bits(_) => 0,
            };
            let raw = metric.form.raw(registers);
            let verdict = metric.verdict(register);
            let reading = judged(metric.reading(registers), verdict);
            said.push(Said::Observation(Observation::new(metric.code, metric.containment, metric.unit, reading)));
            if let Meaning::States(states) = &metric.meaning {
                let current = metric.state(raw);
                let marked = metric.marks.iter().any(|(mark, _)| *mark == raw);
                let conditional = states.iter().filter_map(|state| Some((state.value, state.condition?)));
                if verdict.is_some() || (current.is_none() && !marked) {
                    if conditional.count() > 0 {
                        said.push(Said::ConditionsUnknown);
                    }
                } else {
                    let value = current.map(|state| state.value);
                    said.extend(conditional.map(|(of, index)| Said::Condition(index, value == Some(of))));
                }
            }
        }
        Content::Identity(field, order) => said.push(Said::Identity(*field, item::text(registers, *order))),
        Content::Bit(bit) => {
            let level = match (data, bit.bit) {
                (Data::Bits(bits), _) => bits.get(at).copied().unwrap_or(false),
                (Data::Registers(_), number) => {
                    let register = registers.first().copied().unwrap_or(0);
                    register >> number.unwrap_or(0) & 1 == 1
                }
            };
            let on = bit.is_on(level);
            if let Some(metric) = &bit.metric {
                let text = if on { &metric.on } else { &metric.off };
                let value = Value::Enumeration(Enumeration::text(text.clone()));
                let reading = Reading::Value(value, Quality::Valid);
                said.push(Said::Observation(Observation::new(metric.code, metric.containment, None, reading)));
            }
            if let Some(condition) = bit.condition {
                said.push(Said::Condition(condition, on));
            }
        }
    }
}

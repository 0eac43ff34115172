//! What has been learned about the monitor's objects: labels and units, which come only in the first results after a poll,
//! and which object a metric's values come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use vigil_model::{Code, Containment};

use super::codec::AttributeList;
use super::codec::attribute::id;

/// Context and handle: handles repeat between contexts.
pub(super) type Key = (u16, u16);

/// Most objects that are remembered; a monitor has about a hundred numerics at most.
const OBJECTS_MAX: usize = 1_024;

/// Rounds of numerics for which a metric stays with an object that does not send it.
const OWNER_ROUNDS: u64 = 10;

/// What is known of one object.
#[derive(Clone, Debug, Default)]
struct Known {
    label: Option<Arc<str>>,
    unit: Option<u16>,
}

/// Labels and units by object.
#[derive(Clone, Debug, Default)]
pub(super) struct Labels(BTreeMap<Key, Known>);

impl Labels {
    /// Learns what the attributes of an object say.
    pub(super) fn learn(&mut self, key: Key, attributes: &AttributeList) {
        let (label, unit) = (attributes.text(id::LABEL_STRING), attributes.number16(id::UNIT));
        if label.is_none() && unit.is_none() || self.0.len() >= OBJECTS_MAX && !self.0.contains_key(&key) {
            return;
        }
        let known = self.0.entry(key).or_default();
        known.label = label.or(known.label.take());
        known.unit = unit.or(known.unit);
    }

    /// Label of an object in the monitor's language.
    pub(super) fn label(&self, key: Key) -> Option<Arc<str>> {
        self.0.get(&key)?.label.clone().filter(|label| !label.is_empty())
    }

    /// Unit of an object's values, where the values themselves do not say it.
    pub(super) fn unit(&self, key: Key) -> Option<u16> {
        self.0.get(&key)?.unit
    }
}

/// Which object a metric's values come from. Two objects can have the same physiological id (two sensors of one kind); the
/// first one that was seen has the metric, so that values of two places are never mixed in one row.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners {
    round: u64,
    /// Bounded by the table.
    owners: BTreeMap<(Containment, Code), (Key, u64)>,
}

impl Owners {
    /// Whether the value of an object is that of the metric.
    pub(super) fn claim(&mut self, place: (Containment, Code), key: Key) -> bool {
        let round = self.round;
        let owner = self.owners.entry(place).or_insert((key, round));
        if owner.0 != key && round - owner.1 < OWNER_ROUNDS {
            return false;
        }
        *owner = (key, round);
        true
    }

    /// All objects have been seen once more.
    pub(super) fn end_round(&mut self) {
        self.round += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::codec::Attribute;
    use super::*;
    use vigil_model::mdc;

    #[test]
    fn labels_are_remembered_by_context_and_handle() {
        let mut labels = Labels::default();
        let list = |text| AttributeList(vec![Attribute::text(id::LABEL_STRING, text)]);
        labels.learn((0, 7), &list("Pouls"));
        labels.learn((1, 7), &list("FR"));
        labels.learn((0, 7), &AttributeList(vec![Attribute::number16(id::UNIT, 0x0AA0)]));
        assert_eq!(labels.label((0, 7)).as_deref(), Some("Pouls"));
        assert_eq!(labels.label((1, 7)).as_deref(), Some("FR"));
        assert_eq!((labels.unit((0, 7)), labels.unit((1, 7))), (Some(0x0AA0), None));
        for handle in 0..u16::MAX {
            labels.learn((2, handle), &list("x"));
        }
        assert_eq!(labels.0.len(), OBJECTS_MAX);
    }

    #[test]
    fn a_metric_stays_with_its_object_until_that_is_gone() {
        let mut owners = Owners::default();
        let place = (Containment::new(1, 6, 1, 1), mdc::PULS_OXIM_SAT_O2);
        assert!(owners.claim(place, (0, 1)));
        assert!(!owners.claim(place, (0, 2)));
        for _ in 0..OWNER_ROUNDS - 1 {
            owners.end_round();
            assert!(!owners.claim(place, (0, 2)));
        }
        owners.end_round();
        assert!(owners.claim(place, (0, 2)), "the first has gone");
        assert!(!owners.claim(place, (0, 1)));
    }
}

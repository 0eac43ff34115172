//! Which retained alarm states the broker still holds although the alarm is over: it ended while the broker could not
//! be reached, or before the appliance was restarted. Pure.
//!
//! Nothing says when the broker has sent all that it holds: MQTT keeps the order of one topic and quality of service only,
//! so no marker is sure to come last. What comes late is therefore judged when it comes.

use std::collections::BTreeSet;

use vigil_messages::mqtt::Topics;
use vigil_model::{Appliance, Location, OccurrenceId};

/// Topics that are remembered; what the broker holds beyond that is cleared with the next connection.
pub const KEPT_MAX: usize = 10_000;

/// Collects what the broker holds of this appliance.
#[derive(Debug)]
pub struct Kept {
    /// An alarm id of this appliance as a topic level, up to its number.
    own: String,
    held: BTreeSet<String>,
    told: BTreeSet<String>,
}

impl Kept {
    /// Nothing known yet.
    pub fn new(topics: &Topics, appliance: &Appliance) -> Self {
        let id = OccurrenceId { appliance: appliance.id.clone(), number: 0 };
        let topic = topics.alarm_state(&Location::default(), &id);
        let level = topic.rsplit('/').nth(1).unwrap_or_default();
        Self { own: level.trim_end_matches('0').to_owned(), held: BTreeSet::new(), told: BTreeSet::new() }
    }

    /// A retained publication was there.
    pub fn held(&mut self, topic: &str, is_empty: bool) {
        if !is_empty && self.is_own(topic) && self.held.len() < KEPT_MAX {
            self.held.insert(topic.to_owned());
        }
    }

    /// A publication of this connection says how this topic is now.
    pub fn told(&mut self, topic: &str) {
        if self.is_own(topic) && self.told.len() < KEPT_MAX {
            self.told.insert(topic.to_owned());
        }
    }

    /// Whether there is something to judge.
    pub fn has_news(&self) -> bool {
        !self.held.is_empty()
    }

    /// Topics to clear, given those of the alarms that exist. What was judged is not judged again.
    pub fn stale<'a>(&mut self, active: impl Iterator<Item = &'a str>) -> Vec<String> {
        for topic in active {
            self.held.remove(topic);
        }
        let held = std::mem::take(&mut self.held);
        held.into_iter().filter(|topic| !self.told.contains(topic)).collect()
    }

    fn is_own(&self, topic: &str) -> bool {
        let mut levels = topic.rsplit('/');
        let (last, id, alert) = (levels.next(), levels.next(), levels.next());
        last == Some("state")
            && alert == Some("alert")
            && id
                .and_then(|id| id.strip_prefix(self.own.as_str()))
                .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

#[cfg(test)]
mod tests {
    use vigil_messages::MqttDestination;
    use vigil_model::Eui64;

    use super::*;

    #[test]
    fn only_own_states_that_are_over_are_cleared() {
        let appliance = Appliance {
            id: "ward/10".into(),
            eui64: Eui64(1),
            site: "north".into(),
            facility: "h".into(),
            test: false,
        };
        let mut kept = Kept::new(&Topics::new(&MqttDestination::new("m", "b:1"), &appliance), &appliance);
        let topic = |id: &str| format!("ward/v1/north/4B/401/1/alert/{id}/state");
        for id in ["ward%2F10:000001", "ward%2F10:000002", "ward%2F10:000003", "ward-4c:000001", "ward%2F10:"] {
            kept.held(&topic(id), false);
        }
        kept.held(&topic("ward%2F10:000009"), true);
        kept.held("ward/v1/north/4B/401/1/alert/ward%2F10:000004/ack", false);
        kept.told(&topic("ward%2F10:000003"));
        let active = [topic("ward%2F10:000002")];
        assert_eq!(kept.stale(active.iter().map(String::as_str)), [topic("ward%2F10:000001")]);
        assert!(!kept.has_news() && kept.stale(std::iter::empty()).is_empty());
        // What comes late is judged like the rest, by all that this connection has told.
        for id in ["ward%2F10:000003", "ward%2F10:000005"] {
            kept.held(&topic(id), false);
        }
        assert!(kept.has_news());
        assert_eq!(kept.stale(std::iter::empty()), [topic("ward%2F10:000005")]);
    }
}

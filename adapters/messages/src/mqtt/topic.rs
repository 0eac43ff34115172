//! Topic names. Ids and places become topic levels that always differ when the ids do.

use std::fmt::Write as _;

use vigil_model::{Appliance, Device, Location, OccurrenceId};

use crate::MqttDestination;

/// The topics of one appliance at one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topics {
    /// `<prefix>/<site>`.
    root: String,
    /// The appliance's id as a level.
    gateway: String,
}

impl Topics {
    /// The topics of an appliance at a destination.
    pub fn new(destination: &MqttDestination, appliance: &Appliance) -> Self {
        let mut root = destination.prefix.to_string();
        push_level(&mut root, &appliance.site);
        let mut gateway = String::new();
        push_level(&mut gateway, &appliance.id);
        Self { root, gateway: gateway.split_off(1) }
    }

    /// `…/<unit>/<room>/<bed>/alert/<id>/state`, retained.
    pub fn alarm_state(&self, location: &Location, id: &OccurrenceId) -> String {
        self.alarm(location, id, "state")
    }

    /// `…/<unit>/<room>/<bed>/alert/<id>/ack`: where answers go.
    pub fn alarm_answer(&self, location: &Location, id: &OccurrenceId) -> String {
        self.alarm(location, id, "ack")
    }

    fn alarm(&self, location: &Location, id: &OccurrenceId, last: &str) -> String {
        let mut topic = self.bed(location);
        topic.push_str("/alert");
        push_level(&mut topic, &id.to_string());
        topic.push('/');
        topic.push_str(last);
        topic
    }

    /// Filter that matches every answer for beds of this site.
    pub fn answers_filter(&self) -> String {
        format!("{}/+/+/+/alert/+/ack", self.root)
    }

    /// Filter that matches every retained alarm state of this site: what the broker holds from before.
    pub fn alarm_states_filter(&self) -> String {
        format!("{}/+/+/+/alert/+/state", self.root)
    }

    /// `…/<unit>/<room>/<bed>/summary`, retained.
    pub fn bed_summary(&self, location: &Location) -> String {
        self.bed(location) + "/summary"
    }

    /// `…/<unit>/<room>/<bed>/device/<eui64 or configured id>/status`, retained.
    pub fn device_status(&self, location: &Location, device: &Device) -> String {
        let mut topic = self.bed(location) + "/device";
        match device.eui64 {
            Some(eui64) => push_level(&mut topic, &eui64.to_string()),
            None => push_level(&mut topic, &device.id),
        }
        topic + "/status"
    }

    /// `<prefix>/<site>/gateway/<id>/status`, retained, also the will's topic.
    pub fn gateway_status(&self) -> String {
        format!("{}/gateway/{}/status", self.root, self.gateway)
    }

    /// `<prefix>/<site>/gateway/<id>/heartbeat`.
    pub fn gateway_heartbeat(&self) -> String {
        format!("{}/gateway/{}/heartbeat", self.root, self.gateway)
    }

    /// `<prefix>/<site>/gateway/<id>/chart`: where what people chart goes.
    pub fn chart(&self) -> String {
        format!("{}/gateway/{}/chart", self.root, self.gateway)
    }

    fn bed(&self, location: &Location) -> String {
        let mut topic = self.root.clone();
        for level in [&location.unit, &location.room, &location.bed] {
            push_level(&mut topic, level);
        }
        topic
    }
}

/// Appends `/` and one level. What a level cannot hold is written as `%` and two digits, and nothing at all as `_`.
fn push_level(topic: &mut String, text: &str) {
    topic.push('/');
    match text {
        "" => topic.push('_'),
        "_" => topic.push_str("%5F"),
        text => {
            for character in text.chars() {
                if matches!(character, '/' | '+' | '#' | '%') || character.is_control() {
                    let mut bytes = [0; 4];
                    for byte in character.encode_utf8(&mut bytes).bytes() {
                        // Writing to a string cannot fail.
                        let _ = write!(topic, "%{byte:02X}");
                    }
                } else {
                    topic.push(character);
                }
            }
        }
    }
}

/// Takes one level back to the text it was made from; `None` if it cannot have been made here.
pub(crate) fn level_text(level: &str) -> Option<String> {
    match level {
        "_" => return Some(String::new()),
        "" => return None,
        _ => {}
    }
    let mut bytes = Vec::with_capacity(level.len());
    let mut rest = level.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = if *first == b'%' {
            let [high, low, tail @ ..] = tail else { return None };
            let value = |digit: &u8| char::from(*digit).to_digit(16);
            bytes.push((value(high)? * 16 + value(low)?) as u8);
            tail
        } else {
            bytes.push(*first);
            tail
        };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(text: &str) -> String {
        let mut topic = String::new();
        push_level(&mut topic, text);
        topic.split_off(1)
    }

    #[test]
    fn levels_hold_no_wildcards_and_are_never_empty() {
        for (text, expected) in
            [("4B", "4B"), ("", "_"), ("_", "%5F"), ("a/b+c#d%", "a%2Fb%2Bc%23d%25"), ("x\0", "x%00")]
        {
            assert_eq!(level(text), expected);
        }
        for refused in ["", "%", "%4", "%zz", "%ff"] {
            assert_eq!(level_text(refused), None, "{refused}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_text_is_a_level_and_comes_back(text in proptest::prelude::any::<String>()) {
            let level = level(&text);
            proptest::prop_assert!(!level.is_empty() && !level.contains(['/', '+', '#', '\0']));
            proptest::prop_assert_eq!(level_text(&level), Some(text));
        }

        #[test]
        fn any_level_is_survived(text in ".{0,20}") {
            let _ = level_text(&text);
        }
    }
}

//! What happens to a device: an event of the file with everything it needs, and nothing else.

use super::file::{BedContact, Event, EventName, PumpAlarm, SimulatedDevice, TextColour};

/// What happens to a device, with everything it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// See [`EventName::AlarmStarts`].
    AlarmStarts {
        /// Which alarm.
        alarm: PumpAlarm,
    },
    /// See [`EventName::AlarmEnds`].
    AlarmEnds {
        /// Which alarm.
        alarm: PumpAlarm,
    },
    /// See [`EventName::TextAppears`].
    TextAppears {
        /// The text.
        text: String,
        /// Its colour.
        colour: TextColour,
    },
    /// See [`EventName::TextDisappears`].
    TextDisappears {
        /// The text.
        text: String,
    },
    /// See [`EventName::ContactOn`].
    ContactOn {
        /// Which contact.
        contact: BedContact,
    },
    /// See [`EventName::ContactOff`].
    ContactOff {
        /// Which contact.
        contact: BedContact,
    },
    /// See [`EventName::Unplug`].
    Unplug,
    /// See [`EventName::Replug`].
    Replug,
    /// See [`EventName::Restart`].
    Restart,
}

impl Event {
    /// The event with everything it needs.
    ///
    /// # Errors
    /// What is missing, too much, or does not fit the device.
    pub(crate) fn kind(&self) -> Result<EventKind, String> {
        use EventName as Name;
        use SimulatedDevice as To;
        let given = [
            ("alarm", self.alarm.is_some(), matches!(self.event, Name::AlarmStarts | Name::AlarmEnds)),
            ("text", self.text.is_some(), matches!(self.event, Name::TextAppears | Name::TextDisappears)),
            ("colour", self.colour.is_some(), self.event == Name::TextAppears),
            ("contact", self.contact.is_some(), matches!(self.event, Name::ContactOn | Name::ContactOff)),
        ];
        if let Some((key, ..)) = given.iter().find(|(_, present, wanted)| *present && !*wanted) {
            return Err(format!("`{key}` does not belong to this event; take it out"));
        }
        let on = |device: To, kind: EventKind| {
            if self.device == device {
                Ok(kind)
            } else {
                Err(format!("this event is of a {}, not of a {}", device.as_str(), self.device.as_str()))
            }
        };
        let missing = |key: &str| format!("`{key}` is missing: this event needs it");
        match self.event {
            Name::AlarmStarts => {
                on(To::Pump, EventKind::AlarmStarts { alarm: self.alarm.ok_or_else(|| missing("alarm"))? })
            }
            Name::AlarmEnds => {
                on(To::Pump, EventKind::AlarmEnds { alarm: self.alarm.ok_or_else(|| missing("alarm"))? })
            }
            Name::TextAppears => {
                let text = self.text.clone().ok_or_else(|| missing("text"))?;
                on(To::Monitor, EventKind::TextAppears { text, colour: self.colour.unwrap_or(TextColour::Yellow) })
            }
            Name::TextDisappears => {
                on(To::Monitor, EventKind::TextDisappears { text: self.text.clone().ok_or_else(|| missing("text"))? })
            }
            Name::ContactOn => {
                on(To::Bed, EventKind::ContactOn { contact: self.contact.ok_or_else(|| missing("contact"))? })
            }
            Name::ContactOff => {
                on(To::Bed, EventKind::ContactOff { contact: self.contact.ok_or_else(|| missing("contact"))? })
            }
            Name::Unplug => Ok(EventKind::Unplug),
            Name::Replug => Ok(EventKind::Replug),
            Name::Restart => Ok(EventKind::Restart),
        }
    }
}

//! A subrecord of alarms: 510 bytes with the five texts on the monitor's screen.
//!
//! A text is in the monitor's language: it is shown and told apart by its letters, and nothing is derived from it.

use vigil_model::{Fault, FaultKind, Priority};

use super::record::Subrecord;

/// Texts on the screen.
pub const TEXTS: usize = 5;
/// Bytes of one text.
pub const TEXT_BYTES: usize = 80;
/// Bytes of a subrecord of alarms.
pub const ALARMS_BYTES: usize = FIRST_TEXT + TEXTS * ENTRY_BYTES + 10;

const FIRST_TEXT: usize = 10;
const ENTRY_BYTES: usize = TEXT_BYTES + 6 + 12;
/// Type of the only known subrecord of alarms besides the request.
const DISPLAY: u8 = 1;

/// Colour of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// None: a message that is no alarm.
    None,
    /// White.
    White,
    /// Yellow.
    Yellow,
    /// Red.
    Red,
    /// A number that is not in the specification.
    Other(u16),
}

impl Colour {
    /// The priority it stands for; an unknown colour is taken for the most urgent.
    pub const fn priority(self) -> Option<Priority> {
        match self {
            Colour::None => None,
            Colour::White => Some(Priority::Low),
            Colour::Yellow => Some(Priority::Medium),
            Colour::Red | Colour::Other(_) => Some(Priority::High),
        }
    }

    const fn number(self) -> u16 {
        match self {
            Colour::None => 0,
            Colour::White => 1,
            Colour::Yellow => 2,
            Colour::Red => 3,
            Colour::Other(number) => number,
        }
    }

    const fn of(number: u16) -> Self {
        match number {
            0 => Colour::None,
            1 => Colour::White,
            2 => Colour::Yellow,
            3 => Colour::Red,
            other => Colour::Other(other),
        }
    }
}

/// One text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmText {
    /// The text, without padding; at most 80 characters.
    pub text: String,
    /// Its colour.
    pub colour: Colour,
}

/// What stands in the alarm area of the monitor's screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlarmDisplay {
    /// Whether the monitor sounds.
    pub sound: bool,
    /// Which alarms are silenced: 0 none, 1 apnoea, 2 asystole, 3 both, 4 all, 5 two minutes, 6 five minutes, 7 twenty
    /// seconds.
    pub silence: u16,
    /// The texts that are not empty, most urgent first, at most 5.
    pub texts: Vec<AlarmText>,
}

impl AlarmDisplay {
    /// The subrecord. Characters that are not in Latin-1 become `?`; what is beyond 80 characters or 5 texts is left out.
    pub fn encode(&self) -> Subrecord {
        let mut body = vec![0; ALARMS_BYTES];
        body[2..4].copy_from_slice(&u16::from(self.sound).to_le_bytes());
        body[8..10].copy_from_slice(&self.silence.to_le_bytes());
        for (index, AlarmText { text, colour }) in self.texts.iter().take(TEXTS).enumerate() {
            let entry = &mut body[FIRST_TEXT + index * ENTRY_BYTES..][..ENTRY_BYTES];
            for (byte, character) in entry.iter_mut().zip(text.chars().take(TEXT_BYTES)) {
                *byte = u8::try_from(u32::from(character)).unwrap_or(b'?');
            }
            entry[TEXT_BYTES + 2..TEXT_BYTES + 4].copy_from_slice(&colour.number().to_le_bytes());
        }
        Subrecord { kind: DISPLAY, body }
    }

    /// Reads a subrecord of alarms.
    ///
    /// # Errors
    /// If it is too short or of another type.
    pub fn decode(subrecord: &Subrecord) -> Result<AlarmDisplay, Fault> {
        let body = &subrecord.body;
        if subrecord.kind != DISPLAY {
            let detail = format!("Alarms of type {}; they are not covered.", subrecord.kind);
            return Err(Fault::new(FaultKind::Unexpected, body.len(), detail));
        }
        if body.len() < ALARMS_BYTES {
            let detail = format!("A subrecord of alarms of {} bytes; it has {ALARMS_BYTES}.", body.len());
            return Err(Fault::new(FaultKind::Truncated, body.len(), detail));
        }
        let word = |at: usize| u16::from_le_bytes([body[at], body[at + 1]]);
        let texts = (0..TEXTS)
            .map(|index| FIRST_TEXT + index * ENTRY_BYTES)
            .map(|at| AlarmText {
                text: text_of(&body[at..at + TEXT_BYTES]),
                colour: Colour::of(word(at + TEXT_BYTES + 2)),
            })
            .filter(|text| !text.text.is_empty());
        Ok(AlarmDisplay { sound: word(2) != 0, silence: word(8), texts: texts.collect() })
    }
}

/// The characters up to the first NUL, Latin-1, without control characters and padding.
fn text_of(bytes: &[u8]) -> String {
    let text: String =
        bytes.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).filter(|c| !c.is_control()).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn encoding_and_back_is_identity(
            sound in any::<bool>(), silence in 0u16..8,
            texts in proptest::collection::vec(("[A-Z][ -~ä-ü]{0,60}[a-z]", 0u16..6), 0..=TEXTS),
        ) {
            let texts = texts.into_iter().map(|(text, colour)| AlarmText { text, colour: Colour::of(colour) }).collect();
            let display = AlarmDisplay { sound, silence, texts };
            prop_assert_eq!(display.encode().body.len(), 510);
            prop_assert_eq!(AlarmDisplay::decode(&display.encode()), Ok(display));
        }
    }
}

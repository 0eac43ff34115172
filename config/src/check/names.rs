//! Ids and texts that appear in messages and topics: their form, and that none is given twice.

use std::collections::BTreeMap;

use vigil_model::Eui64;

use crate::document::{Place, Problems};

/// Longest id.
const ID_CHARS_MAX: usize = 32;

/// Longest free text of a location or organisation.
const TEXT_CHARS_MAX: usize = 64;

/// The ids of a `[[section]]`, also of elements that could not be read, so that nothing that refers to them is called
/// dangling.
pub(crate) struct Names {
    section: &'static str,
    known: Vec<String>,
    /// Whether the section could be read as a list at all.
    listed: bool,
}

impl Names {
    /// Collects the ids of a section and reports those of a wrong form and those given twice.
    pub(crate) fn collect(section: &'static str, key: &str, problems: &mut Problems<'_, '_>) -> Self {
        let document = problems.document;
        let mut first: BTreeMap<String, Place> = BTreeMap::new();
        for index in 0..document.length(&Place::top(section)) {
            let place = Place::element(section, index).key(key);
            let Some(id) = document.text(&place) else { continue };
            well_formed(id, &place, problems);
            if first.contains_key(id) {
                problems.error(&place, format!("`{id}` is given twice"), "each needs its own");
            } else {
                first.insert(id.to_owned(), place);
            }
        }
        let value = document.value(&Place::top(section));
        let listed = value.is_none_or(|value| value.get_ref().is_array());
        Self { section, known: first.into_keys().collect(), listed }
    }

    /// Whether there is one of this name; reports a reference that leads nowhere.
    pub(crate) fn refer(&self, id: &str, place: &Place, problems: &mut Problems<'_, '_>) -> bool {
        let known = self.known.iter().any(|name| name == id);
        if !known && self.listed {
            let help = match crate::nearest::suggest(id, self.known.iter().map(String::as_str)) {
                help if help.is_empty() => format!("there is no [[{}]] at all", self.section),
                help => help,
            };
            problems.error(place, format!("there is no {} `{id}`", self.section), help);
        }
        known
    }

    /// All ids.
    pub(crate) fn known(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(String::as_str)
    }
}

/// Reports an id of a wrong form.
pub(crate) fn well_formed(id: &str, place: &Place, problems: &mut Problems<'_, '_>) {
    let letter = |byte: u8| byte.is_ascii_alphanumeric();
    let good = id.len() <= ID_CHARS_MAX
        && id.bytes().next().is_some_and(letter)
        && id.bytes().all(|byte| letter(byte) || matches!(byte, b'-' | b'_' | b'.'));
    if !good {
        problems.error(
            place,
            format!("`{}` cannot be an id", shortened(id)),
            format!("use 1 to {ID_CHARS_MAX} letters, digits, `.`, `_` and `-`, beginning with a letter or digit"),
        );
    }
}

/// Reports a text that is empty, too long or has control characters; `level` forbids what cannot be one level of a topic.
pub(crate) fn text(text: &str, level: bool, place: &Place, problems: &mut Problems<'_, '_>) {
    if text.trim().is_empty() {
        problems.error(place, "is empty", "give it a text");
    } else if text.chars().count() > TEXT_CHARS_MAX || text.chars().any(char::is_control) {
        problems.error(place, format!("expected at most {TEXT_CHARS_MAX} printable characters"), "shorten it");
    } else if level && text.contains(['/', '+', '#']) {
        problems.error(place, "is a level of MQTT topics, which have no `/`, `+` or `#`", "leave them out");
    }
}

/// Device identifiers that have been seen, and where.
#[derive(Default)]
pub(crate) struct Identifiers(BTreeMap<Eui64, String>);

impl Identifiers {
    /// Reads an EUI-64; reports a wrong form, zero, and one that another device has.
    pub(crate) fn take(&mut self, text: &str, place: &Place, problems: &mut Problems<'_, '_>) -> Option<Eui64> {
        let eui64: Eui64 = match text.parse() {
            Ok(Eui64(0 | u64::MAX)) => {
                problems.error(place, "is not an identifier of any device", "take it from the device's label");
                return None;
            }
            Ok(eui64) => eui64,
            Err(error) => {
                problems.error(place, error.to_string(), "like 00-11-22-33-44-55-66-77");
                return None;
            }
        };
        let key = problems.document.key_of(place);
        if let Some(other) = self.0.get(&eui64) {
            problems.error(place, format!("{eui64} is also {other}"), "an EUI-64 is unique in the world");
            return None;
        }
        self.0.insert(eui64, key);
        Some(eui64)
    }
}

/// A text short enough for a message.
pub(crate) fn shortened(text: &str) -> String {
    let short: String = text.chars().take(40).filter(|c| !c.is_control()).collect();
    if text.chars().count() > 40 { format!("{short}…") } else { short }
}

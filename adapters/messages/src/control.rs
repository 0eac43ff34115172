//! Message control ids: the identity of a message, the same on every repeat.

use std::sync::Arc;

/// Longest prefix taken over from the appliance's id, in bytes, so that a control id stays below the 199 characters of
/// MSH-10 (HL7 v2.6 chapter 2.14.9.10).
pub const PREFIX_BYTES_MAX: usize = 178;

/// Gives out control ids `<appliance id>-<number>`. The number is restored from the journal and never used twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlIds {
    prefix: Arc<str>,
    next: u64,
}

impl ControlIds {
    /// Ids of the appliance with this id, from number `next` on.
    pub fn new(appliance: &str, next: u64) -> Self {
        let mut end = appliance.len().min(PREFIX_BYTES_MAX);
        while !appliance.is_char_boundary(end) {
            end -= 1;
        }
        Self { prefix: appliance[..end].into(), next }
    }

    /// The number of the next id: what the journal keeps.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// A new id.
    pub fn take(&mut self) -> Arc<str> {
        let mut text = String::with_capacity(self.prefix.len() + 21);
        text.push_str(&self.prefix);
        text.push('-');
        text.push_str(&self.next.to_string());
        self.next = self.next.saturating_add(1);
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_count_up_from_the_restored_number() {
        let mut ids = ControlIds::new("ward-4b", 41);
        assert_eq!((&*ids.take(), &*ids.take(), ids.next()), ("ward-4b-41", "ward-4b-42", 43));
    }

    #[test]
    fn ids_fit_into_msh_10() {
        let mut ids = ControlIds::new(&"ü".repeat(300), u64::MAX);
        assert!(ids.take().len() <= 199);
    }
}

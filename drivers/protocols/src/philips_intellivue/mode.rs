//! What the monitor is doing: what it says about itself, and the demonstration bit of its values.
//!
//! A mode other than monitoring counts as said. A monitor that says "monitoring", or nothing, counts as in demonstration
//! while values of the current or the last whole round have the demonstration bit.

use vigil_model::{OperatingMode, Report};

/// Bits of the operating mode attribute, the weightiest first.
const BITS: [(u16, OperatingMode); 5] = [
    (0x2000, OperatingMode::Demo),
    (0x1000, OperatingMode::Service),
    (0x0001, OperatingMode::Configuration),
    (0x0002, OperatingMode::Standby),
    (0x4000, OperatingMode::Normal),
];

/// The mode, and what has been told of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ModeWatch {
    said: OperatingMode,
    demo_in_round: bool,
    demo_before: bool,
    told: Option<OperatingMode>,
}

impl ModeWatch {
    /// The monitor says its mode. A word without a known bit says nothing.
    pub(super) fn say(&mut self, word: u16) {
        if let Some((_, mode)) = BITS.iter().find(|(bit, _)| word & bit != 0) {
            self.said = *mode;
        }
    }

    /// A value has the demonstration bit.
    pub(super) fn see_demo(&mut self) {
        self.demo_in_round = true;
    }

    /// All values have come.
    pub(super) fn end_round(&mut self) {
        self.demo_before = std::mem::take(&mut self.demo_in_round);
    }

    /// The mode, if it is another than the one told last.
    pub(super) fn report(&mut self) -> Option<Report> {
        let is_demo = self.demo_in_round || self.demo_before;
        let mode = if self.said == OperatingMode::Normal && is_demo { OperatingMode::Demo } else { self.said };
        (self.told.replace(mode) != Some(mode)).then_some(Report::Mode(mode))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OperatingMode::{Demo, Normal, Standby};

    #[test]
    fn demonstration_values_outweigh_a_monitor_that_says_monitoring() {
        let mut mode = ModeWatch::default();
        let told = |mode: &mut ModeWatch| match mode.report() {
            Some(Report::Mode(mode)) => Some(mode),
            _ => None,
        };
        mode.say(0x4000);
        assert_eq!(told(&mut mode), Some(Normal));
        mode.see_demo();
        assert_eq!(told(&mut mode), Some(Demo));
        mode.end_round();
        assert_eq!(told(&mut mode), None);
        mode.end_round();
        assert_eq!(told(&mut mode), Some(Normal), "a whole round without");
        mode.say(0x0002);
        mode.see_demo();
        assert_eq!(told(&mut mode), Some(Standby));
        mode.say(0);
        assert_eq!(told(&mut mode), None);
        mode.say(0x6000);
        assert_eq!(told(&mut mode), Some(Demo));
    }
}

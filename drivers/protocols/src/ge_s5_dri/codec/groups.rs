//! The measurements in a subrecord of numbers: in which class, and where.

/// One of the four classes of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The basic class.
    Basic,
    /// First extension: arrhythmia, 12-lead ST, further pressures, temperatures and oximeter.
    Ext1,
    /// Second extension: EEG, entropy, second relaxation measurement. Nothing of it is decoded.
    Ext2,
    /// Third extension: gas exchange, further ventilation, perfusion pressure.
    Ext3,
}

/// One measurement of the monitor. Numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// ECG: heart rate, three ST levels, impedance respiration.
    Ecg,
    /// Invasive pressure channel 1 to 8.
    Pressure(u8),
    /// Cuff pressure.
    Nibp,
    /// Temperature channel 1 to 6.
    Temperature(u8),
    /// Pulse oximeter 1 or 2.
    Oximeter(u8),
    /// Carbon dioxide.
    Co2,
    /// Oxygen.
    O2,
    /// Nitrous oxide.
    N2o,
    /// Anaesthetic agent.
    Agent,
    /// Flow and volume.
    FlowVolume,
    /// Cardiac output and wedge pressure.
    CardiacOutput,
    /// Mixed venous saturation.
    Svo2,
    /// Arrhythmia analysis.
    Arrhythmia,
    /// ST levels of 12 leads.
    St12,
    /// Further flow and volume.
    FlowVolume2,
    /// Cerebral perfusion pressure 1 or 2.
    Cpp(u8),
}

impl Group {
    /// The class it is in and where it begins there. A channel number out of range is taken for the nearest.
    pub const fn place(self) -> (Class, usize) {
        match self {
            Group::Ecg => (Class::Basic, 0),
            Group::Pressure(channel) => match channel {
                0 | 1 => (Class::Basic, 16),
                2 => (Class::Basic, 30),
                3 => (Class::Basic, 44),
                4 => (Class::Basic, 58),
                5 => (Class::Basic, 240),
                6 => (Class::Basic, 254),
                7 => (Class::Ext1, 78),
                _ => (Class::Ext1, 92),
            },
            Group::Nibp => (Class::Basic, 72),
            Group::Temperature(channel) => match channel {
                0 | 1 => (Class::Basic, 86),
                2 => (Class::Basic, 94),
                3 => (Class::Basic, 102),
                4 => (Class::Basic, 110),
                5 => (Class::Ext1, 120),
                _ => (Class::Ext1, 128),
            },
            Group::Oximeter(0 | 1) => (Class::Basic, 118),
            Group::Oximeter(_) => (Class::Ext1, 106),
            Group::Co2 => (Class::Basic, 132),
            Group::O2 => (Class::Basic, 146),
            Group::N2o => (Class::Basic, 156),
            Group::Agent => (Class::Basic, 166),
            Group::FlowVolume => (Class::Basic, 178),
            Group::CardiacOutput => (Class::Basic, 200),
            Group::Svo2 => (Class::Basic, 232),
            Group::Arrhythmia => (Class::Ext1, 0),
            Group::St12 => (Class::Ext1, 48),
            Group::FlowVolume2 => (Class::Ext3, 14),
            Group::Cpp(0 | 1) => (Class::Ext3, 126),
            Group::Cpp(_) => (Class::Ext3, 134),
        }
    }
}

/// What stands at the head of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupHead {
    /// Bit 0 the module exists, bit 1 the measurement is active; others differ from group to group.
    pub status: u32,
    /// Which site, lead or agent; what it means differs from group to group.
    pub label: u16,
}

impl GroupHead {
    /// Whether the group has anything to say: numbers in a group whose bits 0 and 1 are both 0 mean nothing.
    pub const fn speaks(self) -> bool {
        self.status & 0b11 != 0
    }

    /// Whether the measurement is active.
    pub const fn is_active(self) -> bool {
        self.has(1)
    }

    /// Whether a bit of the status is set.
    pub const fn has(self, bit: u8) -> bool {
        self.status >> bit & 1 != 0
    }

    /// Whether a bit of the label is set.
    pub const fn label_has(self, bit: u8) -> bool {
        self.label >> bit & 1 != 0
    }
}

impl Class {
    pub(super) const fn number(self) -> u8 {
        match self {
            Class::Basic => 0,
            Class::Ext1 => 1,
            Class::Ext2 => 2,
            Class::Ext3 => 3,
        }
    }

    pub(super) const fn of(number: u8) -> Option<Self> {
        match number {
            0 => Some(Class::Basic),
            1 => Some(Class::Ext1),
            2 => Some(Class::Ext2),
            3 => Some(Class::Ext3),
            _ => None,
        }
    }
}

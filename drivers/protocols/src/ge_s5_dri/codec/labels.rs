//! What the labels and status bits of groups stand for, where they choose what a number means.

/// Site of an invasive pressure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// Arterial: ART, femoral artery, umbilical artery.
    Arterial,
    /// Labelled ABP.
    Abp,
    /// Central venous.
    CentralVenous,
    /// Pulmonary artery.
    PulmonaryArtery,
    /// Right atrium.
    RightAtrium,
    /// Left atrium.
    LeftAtrium,
    /// Intracranial.
    Intracranial,
    /// Any other label: right ventricle, umbilical and femoral vein, "special", or no site at all.
    Other,
}

impl Site {
    /// The site of a pressure label.
    pub const fn of(label: u16) -> Self {
        match label {
            1 | 16 | 17 => Site::Arterial, // ART, FEM, UAC
            2 => Site::CentralVenous,
            3 => Site::PulmonaryArtery,
            4 => Site::RightAtrium,
            6 => Site::LeftAtrium,
            7 | 19 => Site::Intracranial, // ICP, ICP2
            8 => Site::Abp,
            _ => Site::Other, // 5 RVP, 9-14 P1-P6, 15 SP, 18 UVC, 20/21 P7/P8, 22 FEMV
        }
    }
}

/// Site of a temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Label 0: the channel is not used.
    Unused,
    /// Oesophagus.
    Oesophagus,
    /// Nasopharynx.
    Nasopharynx,
    /// Eardrum.
    Tympanic,
    /// Rectum.
    Rectum,
    /// Armpit.
    Axilla,
    /// Skin or surface.
    Skin,
    /// Airway gas.
    Airway,
    /// The room.
    Room,
    /// Core.
    Core,
    /// In the patient, without a site or with one that has no term: bladder, myocardium, T1 to T4.
    Other,
}

impl Place {
    /// The site of a temperature label.
    pub const fn of(label: u16) -> Self {
        match label {
            0 => Place::Unused,
            1 => Place::Oesophagus,
            2 => Place::Nasopharynx,
            3 => Place::Tympanic,
            4 => Place::Rectum,
            6 => Place::Axilla,
            7 | 16 => Place::Skin, // SKIN, SURF
            8 => Place::Airway,
            9 => Place::Room,
            15 => Place::Core,
            _ => Place::Other, // 5 BLAD, 10 MYO, 11-14 T1-T4
        }
    }
}

/// What the heart rate of the ECG group is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RateSource {
    /// The ECG; also monitors that name no source.
    Ecg,
    /// An invasive pressure.
    Pressure,
    /// A pulse oximeter.
    Oximeter,
    /// A source that the specification does not list.
    Other,
}

impl RateSource {
    /// The source in bits 3 to 6 of the ECG status.
    pub const fn of(status: u32) -> Self {
        match status >> 3 & 0xF {
            0 | 1 | 9 => RateSource::Ecg,
            2..=5 | 7 | 8 | 10 | 11 => RateSource::Pressure,
            6 | 12 => RateSource::Oximeter,
            _ => RateSource::Other,
        }
    }
}

/// An ECG lead of the three-lead label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lead {
    /// I.
    I,
    /// II.
    II,
    /// III.
    III,
    /// aVR.
    AVR,
    /// aVL.
    AVL,
    /// aVF.
    AVF,
    /// A chest lead that is not named.
    V,
}

impl Lead {
    /// The lead in place 1, 2 or 3 of an ECG label; `None` if the place is empty.
    pub const fn of(label: u16, place: u8) -> Option<Self> {
        let code = match place {
            1 => label >> 8,
            2 => label >> 4,
            _ => label,
        };
        match code & 0xF {
            1 => Some(Lead::I),
            2 => Some(Lead::II),
            3 => Some(Lead::III),
            4 => Some(Lead::AVR),
            5 => Some(Lead::AVL),
            6 => Some(Lead::AVF),
            7 => Some(Lead::V),
            _ => None,
        }
    }
}

/// Which anaesthetic agent is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgentName {
    /// None.
    None,
    /// Halothane.
    Halothane,
    /// Enflurane.
    Enflurane,
    /// Isoflurane.
    Isoflurane,
    /// Desflurane.
    Desflurane,
    /// Sevoflurane.
    Sevoflurane,
    /// Not named.
    Unknown,
}

impl AgentName {
    /// The agent of a label.
    pub const fn of(label: u16) -> Self {
        match label {
            1 => AgentName::None,
            2 => AgentName::Halothane,
            3 => AgentName::Enflurane,
            4 => AgentName::Isoflurane,
            5 => AgentName::Desflurane,
            6 => AgentName::Sevoflurane,
            _ => AgentName::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_labels_are_read() {
        let leads: Vec<_> = (1..=3).map(|place| Lead::of(0x3275, place)).collect();
        assert_eq!(leads, [Some(Lead::II), Some(Lead::V), Some(Lead::AVL)]); // ge_s5_dri capture of 2009
        assert_eq!(RateSource::of(0x24B), RateSource::Ecg);
    }
}

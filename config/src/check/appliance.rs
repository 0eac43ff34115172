//! The appliance, its beds and their patients.

use std::time::Duration;

use vigil_messages::DurationText;
use vigil_model::{Appliance, Bed, BedIndex, BedRules, Location, Patient, Score};

use super::devices::CheckedDevice;
use super::escalation::Chains;
use super::further::Further;
use super::limits;
use super::names::{self, Identifiers, Names};
use super::presets::{self, Presets};
use super::scores;
use crate::charts::Charts;
use crate::document::{Place, Problems};
use crate::file::{ApplianceSection, BedLimitSection, BedSection, PatientSection, TechnicalSection};
use crate::plan::ScoreUse;
use crate::read::Limited;

/// Bounds of a bed's report interval.
const REPORT_INTERVAL: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(86_400));

/// Most characters of a patient's identifier or name.
const PATIENT_CHARS_MAX: usize = 100;

/// Checks `[appliance]`.
pub(crate) fn appliance(
    section: &ApplianceSection,
    identifiers: &mut Identifiers,
    problems: &mut Problems<'_, '_>,
) -> Option<Appliance> {
    let place = Place::top("appliance");
    names::well_formed(&section.id, &place.key("id"), problems);
    names::text(&section.site, true, &place.key("site"), problems);
    names::text(&section.facility, false, &place.key("facility"), problems);
    let folders = [
        ("data_dir", Some(&section.data_dir)),
        ("profiles_dir", section.profiles_dir.as_ref()),
        ("charts_dir", section.charts_dir.as_ref()),
    ];
    for (key, folder) in folders {
        if folder.is_some_and(|folder| folder.trim().is_empty() || folder.contains('\0')) {
            problems.error(&place.key(key), "is not a path", "name a folder, or leave it out");
        }
    }
    let eui64 = identifiers.take(&section.eui64, &place.key("eui64"), problems)?;
    Some(Appliance {
        id: section.id.as_str().into(),
        eui64,
        site: section.site.as_str().into(),
        facility: section.facility.as_str().into(),
        test: section.test,
    })
}

/// What is found out about one bed.
pub(crate) struct CheckedBed {
    pub(crate) bed: Bed,
    /// Limits of the preset that no device of the bed can violate.
    pub(crate) unused_limits: Vec<String>,
    pub(crate) preset: Option<String>,
    /// What the bed calculates, and the device that stands for it.
    pub(crate) calculated: Option<(CheckedDevice, Vec<Score>)>,
    pub(crate) scores: Vec<ScoreUse>,
}

/// Checks the beds. `devices` are all devices, with gaps where one could not be read.
#[allow(clippy::too_many_arguments, reason = "everything a bed can refer to")]
pub(crate) fn beds(
    sections: &[Option<Limited<BedSection, BedLimitSection>>],
    facility: &str,
    presets: &Presets,
    chains: &Chains,
    charts: &Charts,
    beds: &Names,
    devices: &[Option<CheckedDevice>],
    problems: &mut Problems<'_, '_>,
) -> Vec<Option<CheckedBed>> {
    let complete = devices.iter().all(Option::is_some);
    let mut locations: Vec<(Location, Place)> = Vec::new();
    let mut patients: Vec<(&str, String)> = Vec::new();
    let mut checked = Vec::new();
    for (index, limited) in sections.iter().enumerate() {
        let place = Place::element("bed", index);
        checked.push(limited.as_ref().map(|Limited { section, limits: own }| {
            let location = location(section, &place, problems);
            if let Some((_, other)) = locations.iter().find(|(other, _)| *other == location) {
                let message = format!("is at the same place as {}", problems.document.key_of(other));
                problems.error(&place.key("bed"), message, "unit, room and bed together name one place");
            }
            locations.push((location.clone(), place.clone()));
            bounds("report_interval", section.report_interval, REPORT_INTERVAL, &place, problems);
            let preset = section.preset.as_ref().and_then(|name| presets.refer(name, &place.key("preset"), problems));
            let of_bed: Vec<&CheckedDevice> =
                devices.iter().flatten().filter(|device| device.bed_id == section.id).collect();
            if of_bed.is_empty() && complete && beds.known().any(|known| known == section.id) {
                problems.warning(&place, "has no device", "add a [[device]] for it, or remove the bed");
            }
            let scores = scores::resolve(&place, &section.score, charts, &of_bed, complete, problems);
            let calculated = (!scores.scores.is_empty()).then(|| scores::device(&section.id, &scores.scores, &place));
            if let Some(calculated) = &calculated
                && devices.iter().flatten().any(|device| device.id == calculated.id)
            {
                let message = format!("`{}` is the name of what this bed calculates", calculated.id);
                problems.error(&place.key("score"), message, "give that device another id");
            }
            let providers: Vec<&CheckedDevice> = of_bed.iter().copied().chain(&calculated).collect();
            let limits = limits::resolve(&place, preset, own, &providers, complete, problems);
            if let Some(preset) = preset
                && limits.rules.is_empty()
                && !of_bed.is_empty()
            {
                let message = format!("no device of the bed provides any metric of preset `{}`", preset.name);
                problems.warning(&place.key("preset"), message, "no limit of it is judged here");
            }
            let patient = section.patient.as_ref().map(|patient| {
                let key = problems.document.key_of(&place);
                match patients.iter().find(|(id, _)| *id == patient.id) {
                    Some((_, other)) => {
                        let message = format!("is also the patient of {other}");
                        problems.error(&place.key("patient").key("id"), message, "a patient is in one bed");
                    }
                    None => patients.push((&patient.id, key)),
                }
                self::patient(patient, facility, &place.key("patient"), problems)
            });
            let own = Further::new(&section.rate, &section.combined, &section.signals, &place, problems);
            let further = own.over(preset.map(|preset| &preset.further), problems);
            let further = further.resolve(&place, &providers, complete, problems);
            let escalation = section.escalation.as_ref();
            let escalation = escalation.and_then(|name| chains.refer(name, &place.key("escalation"), problems));
            let unused = [limits.unused, further.unused].concat();
            let empty = TechnicalSection::default();
            let of_preset = preset.map_or(&empty, |preset| &preset.technical);
            CheckedBed {
                bed: Bed {
                    id: section.id.as_str().into(),
                    location,
                    patient: patient.map(Into::into),
                    report_interval: section.report_interval.get(),
                    rules: limits.rules,
                    technical: presets::technical(&section.technical, of_preset, &place.key("technical"), problems),
                    further: BedRules { escalation, ..further.rules },
                },
                unused_limits: unused,
                calculated: calculated.map(|device| (device, scores.scores)),
                scores: scores.uses,
                preset: preset.map(|preset| preset.name.clone()),
            }
        }));
    }
    checked
}

/// The position of the bed that a device belongs to.
pub(crate) fn index_of(id: &str, sections: &[Option<Limited<BedSection, BedLimitSection>>]) -> Option<BedIndex> {
    let index = sections.iter().position(|limited| limited.as_ref().is_some_and(|limited| limited.section.id == id))?;
    Some(BedIndex(u32::try_from(index).ok()?))
}

/// Reports a duration outside its bounds, inclusive.
pub(crate) fn bounds(
    key: &str,
    value: DurationText,
    (least, most): (Duration, Duration),
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> bool {
    let good = (least..=most).contains(&value.get());
    if !good {
        let message =
            format!("{value} is out of bounds: expected {} to {}", DurationText::from(least), DurationText::from(most));
        problems.error(&place.key(key), message, "");
    }
    good
}

fn location(section: &BedSection, place: &Place, problems: &mut Problems<'_, '_>) -> Location {
    for (key, text) in [("unit", &section.unit), ("room", &section.room), ("bed", &section.bed)] {
        names::text(text, true, &place.key(key), problems);
    }
    Location {
        unit: section.unit.as_str().into(),
        room: section.room.as_str().into(),
        bed: section.bed.as_str().into(),
    }
}

/// Checks a patient. No value of one is ever repeated in a problem.
fn patient(section: &PatientSection, facility: &str, place: &Place, problems: &mut Problems<'_, '_>) -> Patient {
    if section.id.trim().is_empty() {
        problems.error(&place.key("id"), "is empty", "give the identifier, or leave the patient out");
    }
    let authority = section.authority.as_deref().unwrap_or(facility);
    for (key, text) in [
        ("id", section.id.as_str()),
        ("authority", authority),
        ("id_type", &section.id_type),
        ("family", &section.family),
        ("given", &section.given),
        ("visit", &section.visit),
    ] {
        if text.chars().count() > PATIENT_CHARS_MAX || text.chars().any(char::is_control) {
            problems.error(&place.key(key), format!("expected at most {PATIENT_CHARS_MAX} printable characters"), "");
        }
    }
    let date = &section.birth_date;
    if !(matches!(date.len(), 0 | 4 | 6 | 8) && date.bytes().all(|byte| byte.is_ascii_digit())) {
        problems.error(&place.key("birth_date"), "is not a date", "write YYYYMMDD, YYYYMM or YYYY");
    }
    if !matches!(section.sex.as_str(), "" | "F" | "M" | "O" | "U" | "A" | "N") {
        problems.error(&place.key("sex"), "is not in HL7 table 0001", "write F, M, O, U, A or N");
    }
    Patient {
        id: section.id.as_str().into(),
        authority: authority.into(),
        id_type: section.id_type.as_str().into(),
        family: section.family.as_str().into(),
        given: section.given.as_str().into(),
        birth_date: date.as_str().into(),
        sex: section.sex.as_str().into(),
        visit: section.visit.as_str().into(),
    }
}

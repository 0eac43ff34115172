//! Text to sections, each with its place kept by its position. A section that cannot be read leaves a gap, so that the
//! others keep their positions and what refers to it is not called dangling.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::DeValue;
use vigil_messages::listener::Listener;
use vigil_messages::{Destination, Hl7Destination, MqttDestination};

use crate::document::{Document, Place, Problems};
use crate::file::{
    ApplianceSection, BedLimitSection, BedSection, CanarySection, ConsoleSection, DeviceSection, EscalationSection,
    HistorySection, LedgerSection, LinkSection, PresetLimitSection, PresetSection, RecordingSection, SECTIONS,
};
use crate::{element, nearest};

/// What could be read of a file.
pub(crate) struct Draft {
    pub(crate) appliance: Option<ApplianceSection>,
    pub(crate) beds: Vec<Option<Limited<BedSection, BedLimitSection>>>,
    pub(crate) presets: Vec<Option<Limited<PresetSection, PresetLimitSection>>>,
    pub(crate) links: Vec<Option<LinkSection>>,
    pub(crate) devices: Vec<Option<DeviceSection>>,
    pub(crate) destinations: Vec<Option<Destination>>,
    pub(crate) listeners: Vec<Option<Listener>>,
    pub(crate) escalations: Vec<Option<EscalationSection>>,
    pub(crate) recording: Option<RecordingSection>,
    pub(crate) history: Option<HistorySection>,
    pub(crate) ledger: Option<LedgerSection>,
    pub(crate) canary: Option<CanarySection>,
    pub(crate) console: Option<ConsoleSection>,
}

/// A section with its limits beside it; the list inside the section is empty.
#[derive(Clone)]
pub(crate) struct Limited<S, L> {
    pub(crate) section: S,
    pub(crate) limits: Vec<Option<L>>,
}

/// Most sections of one kind: far above any ward, and a bound on what a broken file can cost.
const SECTIONS_MAX: usize = 2000;

/// Reads all sections.
pub(crate) fn draft(problems: &mut Problems<'_, '_>) -> Draft {
    let document = problems.document;
    for key in document.keys(&Place::default()) {
        if !SECTIONS.contains(&key) {
            let help = nearest::suggest(key, SECTIONS);
            problems.push(document.problem_with_key(&Place::top(key), "unknown section".to_owned(), help));
        }
    }
    Draft {
        appliance: appliance(problems),
        beds: each("bed", problems, |place, value, problems| limited(place, value, problems)),
        presets: draft_presets(problems),
        links: each("link", problems, element::read),
        devices: each("device", problems, element::read),
        destinations: each("destination", problems, destination),
        listeners: each("listener", problems, element::read),
        escalations: each("escalation", problems, element::read),
        recording: table("recording", problems),
        history: table("history", problems),
        ledger: table("ledger", problems),
        canary: table("canary", problems),
        console: table("console", problems),
    }
}

/// Reads the presets alone.
pub(crate) fn draft_presets(
    problems: &mut Problems<'_, '_>,
) -> Vec<Option<Limited<PresetSection, PresetLimitSection>>> {
    each("preset", problems, |place, value, problems| limited(place, value, problems))
}

fn appliance(problems: &mut Problems<'_, '_>) -> Option<ApplianceSection> {
    let place = Place::top("appliance");
    match problems.document.value(&place) {
        None => {
            problems.error(
                &place,
                "missing, and must be given",
                "begin with [appliance] and its id, eui64, site and facility",
            );
            None
        }
        Some(value) if value.get_ref().is_table() => element::read(&place, value, problems),
        Some(_) => {
            problems.error(&place, "expected one table", "write [appliance], once and in single brackets");
            None
        }
    }
}

/// A section that stands once and may be left out; `None` if it cannot be read.
fn table<T: DeserializeOwned + JsonSchema + Default>(section: &str, problems: &mut Problems<'_, '_>) -> Option<T> {
    let place = Place::top(section);
    match problems.document.value(&place) {
        None => Some(T::default()),
        Some(value) if value.get_ref().is_table() => element::read(&place, value, problems),
        Some(_) => {
            let help = format!("write [{section}], once and in single brackets");
            problems.error(&place, "expected one table", help);
            None
        }
    }
}

/// Every element of `[[section]]`.
fn each<'t, T>(
    section: &str,
    problems: &mut Problems<'_, 't>,
    read: impl Fn(&Place, &Spanned<DeValue<'t>>, &mut Problems<'_, 't>) -> Option<T>,
) -> Vec<Option<T>> {
    each_at(&Place::top(section), section, problems, read)
}

fn each_at<'t, T>(
    place: &Place,
    written: &str,
    problems: &mut Problems<'_, 't>,
    read: impl Fn(&Place, &Spanned<DeValue<'t>>, &mut Problems<'_, 't>) -> Option<T>,
) -> Vec<Option<T>> {
    let document: &Document<'t> = problems.document;
    let Some(value) = document.value(place) else { return Vec::new() };
    let Some(array) = value.get_ref().as_array() else {
        problems.error(place, "expected a list of tables", format!("write [[{written}]] in double brackets for each"));
        return Vec::new();
    };
    if array.len() > SECTIONS_MAX {
        problems.error(place, format!("{} of them are more than the {SECTIONS_MAX} that fit", array.len()), "");
    }
    let elements = array.iter().take(SECTIONS_MAX).enumerate();
    elements
        .map(|(index, element)| {
            let place = place.index(index);
            if element.get_ref().is_table() {
                read(&place, element, problems)
            } else {
                problems.error(&place, format!("expected a table, found {}", element.get_ref().type_str()), "");
                None
            }
        })
        .collect()
}

/// A section and, apart from it, its limits.
fn limited<'t, S: DeserializeOwned + JsonSchema, L: DeserializeOwned + JsonSchema>(
    place: &Place,
    value: &Spanned<DeValue<'t>>,
    problems: &mut Problems<'_, 't>,
) -> Option<Limited<S, L>> {
    let written = format!("{}.limit", problems.document.key_of(place).split('[').next().unwrap_or(""));
    let limits = each_at(&place.key("limit"), &written, problems, element::read);
    let mut rest = value.clone();
    if let DeValue::Table(table) = rest.get_mut() {
        table.remove("limit");
    }
    Some(Limited { section: element::read(place, &rest, problems)?, limits })
}

/// A destination: its `kind` says what the other keys are.
fn destination<'t>(
    place: &Place,
    value: &Spanned<DeValue<'t>>,
    problems: &mut Problems<'_, 't>,
) -> Option<Destination> {
    const KINDS: [&str; 2] = ["hl7", "mqtt"];

    let mut rest = value.clone();
    let kind = match rest.get_mut() {
        DeValue::Table(table) => table.remove("kind"),
        _ => None,
    };
    let place_of_kind = place.key("kind");
    let Some(kind) = kind else {
        problems.error(&place_of_kind, "missing, and must be given", "write kind = \"hl7\" or kind = \"mqtt\"");
        return None;
    };
    match kind.get_ref().as_str() {
        Some("hl7") => element::read::<Hl7Destination>(place, &rest, problems).map(Destination::Hl7),
        Some("mqtt") => element::read::<MqttDestination>(place, &rest, problems).map(Destination::Mqtt),
        Some(other) => {
            problems.error(&place_of_kind, format!("`{other}` is not known here"), nearest::suggest(other, KINDS));
            None
        }
        None => {
            problems.error(&place_of_kind, "expected text in quotation marks", nearest::suggest("", KINDS));
            None
        }
    }
}

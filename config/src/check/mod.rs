//! Sections to a plan. Everything is checked, whatever else is wrong; nothing is said twice.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use vigil_model::{BedIndex, Calculator, Device, DeviceIndex, Ward};

mod appliance;
mod bus;
mod canary;
pub(crate) mod chart;
mod console;
mod destinations;
mod devices;
mod escalation;
mod further;
mod history;
mod identity;
mod ledger;
mod limits;
mod links;
mod listeners;
mod names;
mod presets;
mod recording;
mod rules;
mod scores;
mod terms;

pub(crate) use canary::place as place_canary;
pub(crate) use names::shortened;
pub use presets::BUILT_IN_PRESETS;

use crate::charts::Charts;
use crate::document::{Document, Problems};
use crate::plan::{Plan, PresetUse, Source};
use crate::problem::Problem;
use crate::profiles::{ProfileSource, Profiles};
use crate::read;
use escalation::Chains;
use names::{Identifiers, Names};
use presets::Presets;

/// Reads and checks a configuration text. `name` stands for the file in problems. Pure: what is not in the text comes from
/// `source`.
///
/// # Errors
/// Every problem at once, in the order of the text; warnings among them.
pub fn parse(text: &str, name: &str, source: &dyn ProfileSource) -> Result<Plan, Vec<Problem>> {
    let plan = parse_sections(text, name, source)?;
    if plan.canary.is_none() {
        return Ok(plan);
    }
    // The canary goes through the same checks as anything that somebody writes.
    let with_canary = format!("{text}\n{}", canary::sections(&plan.data_dir));
    let source_text = plan.source;
    let plan = parse_sections(&with_canary, name, source)?;
    Ok(Plan { source: source_text, ..plan })
}

fn parse_sections(text: &str, name: &str, source: &dyn ProfileSource) -> Result<Plan, Vec<Problem>> {
    let document = Document::parse(name, text)?;
    let mut problems = Problems::new(&document);
    let plan = check(&mut problems, source);
    match plan {
        Some(mut plan) if !problems.refuse() => {
            plan.warnings = problems.into_sorted();
            plan.source =
                Source { name: name.to_owned(), text: text.to_owned(), profiles: Vec::new(), charts: Vec::new() };
            Ok(plan)
        }
        _ => Err(problems.into_sorted()),
    }
}

/// The plan, which is of use only if no problem refuses it.
fn check(problems: &mut Problems<'_, '_>, source: &dyn ProfileSource) -> Option<Plan> {
    let draft = read::draft(problems);
    let mut identifiers = Identifiers::default();
    let section = draft.appliance.as_ref();
    let appliance = section.and_then(|section| appliance::appliance(section, &mut identifiers, problems));
    let profiles = Profiles::collect(section.and_then(|section| section.profiles_dir.as_deref()), source, problems);

    let charts = Charts::collect(section.and_then(|section| section.charts_dir.as_deref()), source, problems);

    let bed_names = Names::collect("bed", "id", problems);
    let link_names = Names::collect("link", "id", problems);
    let presets = Presets::new(&draft.presets, problems);
    let devices = devices::devices(&draft.devices, &bed_names, &link_names, &profiles, &mut identifiers, problems);
    let facility = section.map_or("", |section| &section.facility);
    let chains = Chains::new(&draft.escalations, problems);
    let beds = appliance::beds(&draft.beds, facility, &presets, &chains, &charts, &bed_names, &devices, problems);
    let links = links::links(&draft.links, &devices, problems);
    let adapters = identity::adapters(&draft.links, problems);
    let appliance_id = section.map_or("", |section| &section.id);
    destinations::destinations(&draft.destinations, appliance_id, &bed_names, problems);
    listeners::listeners(&draft.listeners, &bed_names, problems);

    let recording = recording::recording(draft.recording.as_ref(), problems);
    let history = history::history(draft.history.as_ref(), problems);
    let ledger = ledger::ledger(draft.ledger.as_ref(), problems);
    let canary = canary::canary(draft.canary.as_ref(), problems);
    let console = console::console(draft.console.as_ref(), problems);

    let (mut uses, mut score_uses, mut calculated) = (Vec::new(), Vec::new(), Vec::new());
    let mut ward = Ward { appliance: appliance?, beds: Vec::new(), devices: Vec::new(), calculators: Vec::new() };
    for bed in beds {
        let checked = bed?;
        ward.beds.push(checked.bed);
        calculated.extend(checked.calculated.map(|(device, scores)| (device, scores, ward.beds.len() - 1)));
        score_uses.push(checked.scores);
        uses.push(PresetUse { preset: checked.preset, unused: checked.unused_limits });
    }
    let mut identities = BTreeMap::new();
    for (index, device) in (0u32..).map(DeviceIndex).zip(devices) {
        let device = device?;
        identities.extend((!device.identity.is_empty()).then_some((index, device.identity)));
        ward.devices.push(Device {
            bed: appliance::index_of(&device.bed_id, &draft.beds)?,
            id: device.id.into(),
            profile: device.profile,
            eui64: device.eui64,
            quiet_time: device.quiet_time,
            fresh_for: device.fresh_for,
        });
    }
    for (device, scores, bed) in calculated {
        let index = DeviceIndex(u32::try_from(ward.devices.len()).ok()?);
        ward.calculators.push(Calculator { device: index, scores });
        ward.devices.push(Device {
            bed: BedIndex(u32::try_from(bed).ok()?),
            id: device.id.into(),
            profile: device.profile,
            eui64: None,
            quiet_time: device.quiet_time,
            fresh_for: None,
        });
    }
    destinations::hidden_alarms(&draft.destinations, &ward, problems);
    if let Some(history) = &history {
        history::fits(history, &ward.devices, problems);
    }
    Some(Plan {
        ward: Arc::new(ward),
        links,
        destinations: draft.destinations.into_iter().collect::<Option<Vec<_>>>()?,
        listeners: draft.listeners.into_iter().collect::<Option<Vec<_>>>()?,
        data_dir: PathBuf::from(&section?.data_dir),
        warnings: Vec::new(),
        presets: uses,
        recording,
        history,
        ledger,
        canary,
        console,
        source: Source::default(),
        scores: score_uses,
        identities,
        adapters,
    })
}

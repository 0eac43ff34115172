//! Recording a run: what of a plan is written down with it, and which link each device is on.

use std::path::{Path, PathBuf};

use vigil_config::{LinkPlan, Plan};
use vigil_journal::RestoredState;
use vigil_model::Now;
use vigil_recording::{Beginning, Bounds, Checkpoint, ProfileText, Recorder, Source};

/// Where the recordings of an appliance stand in its data folder.
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("recording")
}

/// Begins to record a run, if the plan wants it. An appliance that cannot record runs all the same.
pub fn start(plan: &Plan, restored: &RestoredState, now: Now) -> Option<Recorder> {
    let wanted = plan.recording?;
    let bounds = Bounds { keep: wanted.keep, stream_bytes_max: wanted.stream_bytes_max };
    let beginning = beginning(plan, restored, now);
    match Recorder::start(&folder(&plan.data_dir), bounds, &beginning) {
        Ok(recorder) => Some(recorder),
        Err(error) => {
            tracing::error!(%error, "Nothing is recorded; the appliance runs without.");
            None
        }
    }
}

/// What is known of a run before anything has happened.
pub fn beginning(plan: &Plan, restored: &RestoredState, now: Now) -> Beginning {
    let texts = |read: &[(String, String)]| {
        read.iter().map(|(file, text)| ProfileText { file: file.clone(), text: text.clone() }).collect()
    };
    Beginning {
        version: 0, // set when it is written
        program: env!("CARGO_PKG_VERSION").to_owned(),
        source: Source {
            name: plan.source.name.clone(),
            text: plan.source.text.clone(),
            profiles: texts(&plan.source.profiles),
            charts: texts(&plan.source.charts),
        },
        links: plan.links.iter().map(|link| link.id().clone()).collect(),
        checkpoint: Checkpoint {
            monotonic: now.monotonic.as_micros(),
            utc: now.utc.as_micros(),
            taken: Vec::new(),
            next_seq: restored.next_seq,
            next_occurrence: restored.next_occurrence,
            next_control: restored.next_control,
            occurrences: restored.occurrences.clone(),
            associations: restored.associations.clone(),
        },
    }
}

/// The position of its link for every device, in the order of the ward.
pub fn links_of_devices(plan: &Plan) -> Vec<u16> {
    let mut links = vec![u16::MAX; plan.ward.devices.len()];
    for (position, link) in (0u16..).zip(&plan.links) {
        let devices = match link {
            LinkPlan::Stream { device, .. } => vec![*device],
            LinkPlan::Bus { units, .. } => units.iter().map(|unit| unit.device).collect(),
        };
        for device in devices {
            if let Some(link) = links.get_mut(device.0 as usize) {
                *link = position;
            }
        }
    }
    links
}

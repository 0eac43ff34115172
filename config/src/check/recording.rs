//! What is recorded.

use std::time::Duration;

use super::appliance::bounds;
use crate::document::{Place, Problems};
use crate::file::RecordingSection;
use crate::plan::RecordingPlan;

/// Bounds of the time for which a recording is kept.
const KEEP: (Duration, Duration) = (Duration::from_secs(600), Duration::from_secs(30 * 86_400));

/// Most mebibytes of a link.
const LINK_MEBIBYTES_MAX: u32 = 4096;

/// Checks `[recording]`; `None` if nothing is to be recorded.
pub(crate) fn recording(section: Option<&RecordingSection>, problems: &mut Problems<'_, '_>) -> Option<RecordingPlan> {
    let section = section?;
    let place = Place::top("recording");
    bounds("keep", section.keep, KEEP, &place, problems);
    if !(1..=LINK_MEBIBYTES_MAX).contains(&section.link_mebibytes) {
        let message = format!("{} is out of bounds: expected 1 to {LINK_MEBIBYTES_MAX}", section.link_mebibytes);
        problems.error(&place.key("link_mebibytes"), message, "");
    }
    let stream_bytes_max = u64::from(section.link_mebibytes) << 20;
    section.enabled.then_some(RecordingPlan { keep: section.keep.get(), stream_bytes_max })
}
